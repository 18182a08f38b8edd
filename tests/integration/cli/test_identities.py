"""`slipway identities`, as a person types it: the keys come, and go for good."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding

from bot.cli import confirming
from bot.cli import identities as commands
from tests.integration.cli.test_signing import slipway
from tests.signed import PASSWORD, p12
from tests.unit.provisioning.codesign import world

NAME = "iPhone Distribution: Harbour Labs (A1B2C3D4E5)"
SHORT = world.identity().fingerprint[: commands.SHORT]


@pytest.fixture
def settings(sqlite_template: Path, tmp_path: Path) -> dict[str, str]:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copyfile(sqlite_template, data / "slipway.db")
    (tmp_path / "id.p12").write_bytes(p12())
    content = b"".join(one.public_bytes(Encoding.PEM) for one in world.authorities())
    (tmp_path / "ca.pem").write_bytes(content)
    return {"SLIPWAY_DATA_DIR": str(data), "SLIPWAY_P12_PASSWORD": PASSWORD}


def test_e16_an_identity_is_kept_and_retired_at_the_command_line(
    settings: dict[str, str], tmp_path: Path
) -> None:
    trust = f"--authority={tmp_path / 'ca.pem'}"
    kept = slipway("identities", "import", str(tmp_path / "id.p12"), trust, **settings)
    retired = slipway("identities", "retire", SHORT[:6], "--yes", **settings)

    assert (kept.code, kept.err) == (0, "")
    assert kept.out.startswith(f"{SHORT}  {NAME}  A1B2C3D4E5  until ")
    assert (retired.code, f"Done: the key of {NAME} is destroyed" in retired.out) == (0, True)
    with sqlite3.connect(tmp_path / "data" / "slipway.db") as database:
        (key,) = database.execute("SELECT sealed_key FROM signing_identity").fetchone()
        acts = database.execute("SELECT action, origin FROM audit_entry ORDER BY at").fetchall()
    assert key == b""
    assert acts == [("identity.imported", "command line"), ("identity.retired", "command line")]


@pytest.mark.slow
def test_an_identity_of_the_sandbox_is_kept_where_the_setting_trusts_its_authorities(
    settings: dict[str, str], tmp_path: Path
) -> None:
    file = str(tmp_path / "id.p12")
    trust = {"SLIPWAY_APPLE_AUTHORITIES_FILE": str(tmp_path / "ca.pem")}

    refused = slipway("identities", "import", file, **settings)
    kept = slipway("identities", "import", file, **settings, **trust)

    assert (refused.code, kept.code) == (1, 0)
    assert "does not lead to a root of Apple's" in refused.err
    assert kept.out.startswith(f"{SHORT}  {NAME}")


def test_e16_what_retiring_means_is_said_before_it_is_done(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    runner = CliRunner()

    def typed(*words: str, answer: str = "") -> tuple[int, str]:
        done = runner.invoke(commands.identities, words, input=answer)
        return done.exit_code, done.output

    none = typed("list")
    files = [str(tmp_path / "id.p12"), f"--authority={tmp_path / 'ca.pem'}"]
    assert typed("import", *files)[0] == 0
    unknown = typed("retire", "zzz")
    alone = typed("retire", SHORT)
    monkeypatch.setattr(confirming, "somebody_is_here", lambda: True)
    kept = typed("retire", SHORT, answer="n\n")
    # The secret key is lost; what it sealed can be destroyed all the same.
    (tmp_path / "data" / "secret.key").unlink()
    done = typed("retire", SHORT, answer="y\n")
    again = typed("retire", SHORT)
    listed = typed("list")

    assert none == (0, "There are no signing identities. `slipway identities import` brings one.\n")
    assert unknown[0] == 1
    assert "No signing identity begins with zzz." in unknown[1]
    assert alone == (1, "Nobody is here to confirm it. Add --yes if you are sure.\n")
    assert kept[0] == 1
    assert commands.WHAT_FOLLOWS in kept[1]
    assert "Nothing was changed." in kept[1]
    assert done[0] == 0
    assert again[0] == 0
    assert "It was retired before" in again[1]
    assert listed == (0, f"{SHORT}  {NAME}  A1B2C3D4E5  retired\n")
