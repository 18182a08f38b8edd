"""`slipway apple`, as a person types it, before a team of our own at the sandbox's Apple."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from bot.cli import apple as commands
from bot.cli.secrets import new_key
from bot.sandbox.apple.keys import ApiKey, Role
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.faults import Fault
from bot.sandbox.samples.identities import device_id, signing_identity
from provisioning.codesign.identity.request import make_request
from provisioning.devices.teams import NO_TEAM

Typed = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Somebody with a shell, and the team whose key they hold."""

    apple: SandboxApple
    folder: Path

    def file_of(self, key: ApiKey) -> list[str]:
        """Return what is typed for a key: its file and the issuer."""
        file = self.folder / f"AuthKey_{key.id}.p8"
        file.write_text(key.p8)
        return [str(file), "--issuer", key.issuer_id.upper()]

    async def typed(self, *words: str, answer: str = "") -> Typed:
        """Run the command in a thread: it has a loop of its own."""
        runner = CliRunner()
        done = await asyncio.to_thread(runner.invoke, commands.apple, words, input=answer)
        return done.exit_code, done.output

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.folder / "slipway.db") as database:
            return list(database.execute(question))


@pytest.fixture
async def terminal(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Terminal]:
    shutil.copyfile(sqlite_template, tmp_path / "slipway.db")
    async with SandboxApple.serve() as apple:
        monkeypatch.setenv("SLIPWAY_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("SLIPWAY_APPLE_API_URL", apple.url + "/")
        yield Terminal(apple=apple, folder=tmp_path)
        assert apple.violations == []


async def test_a_team_is_connected_and_tried_and_disconnected(terminal: Terminal) -> None:
    team = terminal.apple.team
    team.certificates.issue(make_request("x").csr_pem.decode(), "DISTRIBUTION")
    team.devices.register("Bob's iPhone", device_id(1))

    none = await terminal.typed("status")
    connected = await terminal.typed("connect", *terminal.file_of(team.key))
    again = await terminal.typed("connect", *terminal.file_of(team.key))
    status = await terminal.typed("status")
    kept = terminal.rows("SELECT issuer_id, team_id, key_id, sealed_key FROM apple_team")
    alone = await terminal.typed("disconnect", team.id.lower())
    gone = await terminal.typed("disconnect", team.id.lower(), "--yes")

    line = f"{team.id}  issuer {team.issuer_id}  key {team.key.id}\n"
    assert none == (0, f"{NO_TEAM}\n")
    assert connected == again == (0, f"Connected: {line}")
    assert status[0] == 0
    assert status[1].startswith(f"{line}  It works: 1 device, 1 certificate in force, ")
    assert [row[:3] for row in kept] == [(team.issuer_id, team.id, team.key.id)]
    assert b"PRIVATE KEY" not in kept[0][3]
    assert alone == (1, "Nobody is here to confirm it. Add --yes if you are sure.\n")
    assert gone == (0, f"Done: the key of the team {team.id} is destroyed here.\n")
    assert terminal.rows("SELECT * FROM apple_team") == []
    acts = terminal.rows("SELECT action, origin FROM audit_entry ORDER BY at")
    assert [act for act, _ in acts] == ["apple.connected", "apple.connected", "apple.disconnected"]


async def test_another_key_takes_the_place_of_the_one_before(terminal: Terminal) -> None:
    team = terminal.apple.team
    other = team.add_key()
    early = await terminal.typed("rotate", *terminal.file_of(team.key))
    await terminal.typed("connect", *terminal.file_of(team.key))

    refused = await terminal.typed("connect", *terminal.file_of(other))
    done = await terminal.typed("rotate", *terminal.file_of(other))
    team.revoke_key(team.key.id)
    status = await terminal.typed("status")

    assert early[0] == 1
    assert "No team with this issuer id is connected." in early[1]
    assert refused[0] == 1
    assert f"connected already, with the key {team.key.id}" in refused[1]
    assert done[0] == 0
    assert "Revoke the key before it in App Store Connect." in done[1]
    assert status[0] == 0


async def test_a_key_that_apple_does_not_take_is_not_kept(terminal: Terminal) -> None:
    team = terminal.apple.team
    small, own = team.add_key(Role.MARKETING), team.add_key(is_individual=True)
    team.revoke_key(team.key.id)
    (terminal.folder / "key.p8").write_text("no key")
    unnamed_file = ("connect", str(terminal.folder / "key.p8"), "--issuer", team.issuer_id)

    revoked = await terminal.typed("connect", *terminal.file_of(team.key))
    weak = await terminal.typed("connect", *terminal.file_of(small))
    individual = await terminal.typed("connect", *terminal.file_of(own))
    unnamed = await terminal.typed(*unnamed_file)
    senseless = await terminal.typed(*unnamed_file, "--key-id", team.key.id)

    assert (revoked[0], "revoked" in revoked[1]) == (1, True)
    assert (weak[0], "role" in weak[1]) == (1, True)
    assert (individual[0], "team key" in individual[1]) == (1, True)
    assert unnamed[0] == 1
    assert unnamed[1] == "The file is not called AuthKey_….p8: give the key's id with --key-id.\n"
    assert senseless[0] == 1
    assert terminal.rows("SELECT * FROM apple_team") == []


async def test_what_is_wrong_with_a_team_is_said_and_ends_with_one(terminal: Terminal) -> None:
    team = terminal.apple.team
    await terminal.typed("connect", *terminal.file_of(team.key))
    terminal.apple.script("GET devices", Fault.rate_limited(3_000), 99)
    limited = await terminal.typed("status")
    terminal.apple.faults.clear()
    team.revoke_key(team.key.id)
    revoked = await terminal.typed("status")
    (terminal.folder / "secret.key").write_text("ab" * 32)
    unopened = await terminal.typed("status")

    assert (limited[0], "Apple allows no more calls" in limited[1]) == (1, True)
    assert (revoked[0], "revoked" in revoked[1]) == (1, True)
    assert unopened[0] == 1
    assert "is not the one that keys of teams at Apple were made with" in unopened[1]


async def test_a_new_key_says_which_team_to_connect_again(terminal: Terminal) -> None:
    team = terminal.apple.team
    await terminal.typed("connect", *terminal.file_of(team.key))
    (terminal.folder / "secret.key").unlink()
    done = await asyncio.to_thread(CliRunner().invoke, new_key)

    status = await terminal.typed("status")
    again = await terminal.typed("connect", *terminal.file_of(team.key))
    mended = await terminal.typed("status")

    assert done.exit_code == 0
    assert f"Connect the team of issuer {team.issuer_id} at Apple again: " in done.output
    assert (status[0], "Connect it again." in status[1]) == (1, True)
    assert (again[0], mended[0]) == (0, 0)


@pytest.mark.parametrize(("ahead", "said"), [(0, None), (600, "-10"), (-600, "+10")])
async def test_a_clock_that_is_off_is_said_with_the_minutes(
    terminal: Terminal, ahead: float, said: str | None
) -> None:
    await terminal.typed("connect", *terminal.file_of(terminal.apple.team.key))
    terminal.apple.api.clock_ahead = ahead

    code, output = await terminal.typed("status")

    assert code == 0
    assert ("clock" in output) == bool(said)
    assert said is None or f"This machine's clock is {said} minutes off Apple's." in output


@pytest.fixture
def authority(terminal: Terminal) -> list[str]:
    """Return the option by which the sandbox's authorities are trusted in place of Apple's."""
    file = terminal.folder / "authorities.pem"
    pems = [one.public_bytes(Encoding.PEM) for one in terminal.apple.authorities]
    file.write_bytes(b"".join(pems))
    return ["--authority", str(file)]


async def test_slipway_gets_a_team_its_certificate(
    terminal: Terminal, authority: list[str]
) -> None:
    team = terminal.apple.team
    await terminal.typed("connect", *terminal.file_of(team.key))
    unknown = await terminal.typed("status")

    made = await terminal.typed("certificate", team.issuer_id, *authority)
    again = await terminal.typed("certificate", team.id, *authority)
    status = await terminal.typed("status")

    [certificate] = team.certificates
    fingerprint = certificate.certificate.fingerprint(SHA256()).hex()
    assert "has no certificate for distribution" in unknown[1]
    assert "→ Let Slipway make one" in unknown[1]
    assert made == again
    assert made[0] == 0
    assert made[1].startswith("Slipway signs with Apple Distribution: Harbour Labs (A1B2C3D4E5), ")
    assert made[1].endswith(f"Fingerprint: {fingerprint}\n")
    assert "Signs with Apple Distribution: Harbour Labs" in status[1]
    assert "→" not in status[1]
    # The certificate has told the team's id and its name.
    assert terminal.rows("SELECT team_id, name FROM apple_team") == [(team.id, team.name)]


async def test_a_p12_is_brought_at_apples_limit(
    terminal: Terminal, authority: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    team, signer = terminal.apple.team, signing_identity()
    for _ in range(3):
        team.certificates.issue(make_request("x").csr_pem.decode(), "DISTRIBUTION")
    team.certificates.adopt(signer.certificate, "IOS_DISTRIBUTION")
    file = terminal.folder / "identity.p12"
    file.write_bytes(signer.p12("synthetic"))
    await terminal.typed("connect", *terminal.file_of(team.key))

    full = await terminal.typed("certificate", team.id, *authority)
    monkeypatch.setenv("SLIPWAY_P12_PASSWORD", "wrong")
    wrong = await terminal.typed("certificate", team.id, "--p12", str(file), *authority)
    monkeypatch.setenv("SLIPWAY_P12_PASSWORD", "synthetic")
    brought = await terminal.typed("certificate", team.id, "--p12", str(file), *authority)

    assert full[0] == 1
    assert full[1].count("Apple Distribution: Harbour Labs (until ") == 3
    assert "Slipway never revokes one" in full[1]
    assert (wrong[0], "The password is wrong" in wrong[1]) == (1, True)
    assert (brought[0], signer.fingerprint in brought[1]) == (0, True)
    assert len(list(team.certificates)) == 4


async def test_the_day_of_the_renewal_is_kept(terminal: Terminal) -> None:
    team = terminal.apple.team
    early = await terminal.typed("renewal", team.issuer_id, "2027-03-01")
    await terminal.typed("connect", *terminal.file_of(team.key))

    wrong = await terminal.typed("renewal", team.issuer_id, "1.3.2027")
    kept = await terminal.typed("renewal", team.issuer_id, "2027-03-01")

    assert early == (1, f"{NO_TEAM}\n")
    assert (wrong[0], "write it as 2027-03-01" in wrong[1]) == (1, True)
    assert kept[0] == 0
    assert f"team of issuer {team.issuer_id} renews on 1 March 2027." in kept[1]
    assert terminal.rows("SELECT renews_on FROM apple_team") == [("2027-03-01",)]
    [detail] = terminal.rows("SELECT detail FROM audit_entry WHERE action = 'apple.renewal'")
    assert "2027-03-01" in detail[0]
