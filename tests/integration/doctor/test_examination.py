"""`slipway doctor`: everything right, and each of many broken installations."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from bot.cli.examining import as_json_text, as_text
from bot.doctor import examination
from bot.doctor.examination import EXAMINED, examine
from bot.findings import Finding, Gravity, summary
from bot.sandbox.samples.identities import signing_identity
from bot.secret_key import kept_key
from bot.settings import Settings
from provisioning.actors import COMMAND_LINE
from provisioning.signing.identities import Identities
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.secrets import Secrets
from tests.integration.doctor.certificates import Authority
from tests.integration.doctor.ills import CASES, Case, connect_apple
from tests.integration.doctor.installation import Installation, Plan, installed
from tests.integration.test_cli import slipway

DOCS = Path(__file__).parents[3] / "docs" / "doctor.md"
#: These take a process of their own, and no ill here touches them.
SLOW = ("reading packages",)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SLIPWAY_{name.upper()}", raising=False)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = tuple(one for one in EXAMINED if one.what not in SLOW)
    monkeypatch.setattr(examination, "EXAMINED", quick)


async def examined(installation: Installation) -> list[Finding]:
    return list(await examine(installation.settings, installation.outside))


def ailing(findings: list[Finding]) -> dict[str, Finding]:
    bad = {Gravity.BROKEN, Gravity.WARNING}
    return {finding.what: finding for finding in findings if finding.gravity in bad}


async def test_d2_a_sound_installation_is_well_in_every_row(
    tmp_path: Path, sqlite_url: str, authority: Authority
) -> None:
    async with installed(tmp_path, sqlite_url, authority, Plan()) as installation:
        findings = await examined(installation)
        violations = installation.slack.violations

    assert [one for one in findings if one.gravity is not Gravity.WELL] == []
    assert [one.what for one in findings] == [one.what for one in EXAMINED]
    assert summary(findings) == "All is well."
    assert violations == []
    assert shown(as_text(findings), tmp_path) == documented("sound")


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("name", CASES)
async def test_d2_each_ill_is_found_and_says_what_to_do(
    tmp_path: Path,
    sqlite_url: str,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    case: Case = CASES[name]
    async with installed(tmp_path, sqlite_url, authority, case.plan) as installation:
        await case.do(installation, monkeypatch)
        found = ailing(await examined(installation))

    assert case.what in found, found
    finding = found[case.what]
    assert case.words in finding.found
    assert case.to_do in finding.to_do or case.to_do in finding.found
    assert finding.gravity is case.gravity
    assert set(found) - {case.what} <= case.also, found
    told = f"{finding.found} {finding.to_do}"
    assert "Traceback" not in told
    assert not re.search(r"xoxb-\w|xapp-\w", told)


@pytest.mark.usefixtures("_quick")
async def test_d2_a_team_at_apple_that_is_well_is_named(
    tmp_path: Path, sqlite_url: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installed(tmp_path, sqlite_url, authority, Plan()) as installation:
        signer = signing_identity()
        installation.apple.team.certificates.adopt(signer.certificate, "IOS_DISTRIBUTION")
        await connect_apple(installation, monkeypatch)
        await _bring(installation, signer.p12("synthetic"))
        [found] = [one for one in await examined(installation) if one.what == "Apple"]

    assert found.gravity is Gravity.WELL
    assert found.found.startswith("Apple takes the key of Harbour Labs, and there is")


async def _bring(installation: Installation, p12: bytes) -> None:
    settings = installation.settings
    database = Database(settings.records_url)
    async with database.reading() as session:
        own = await organizations.called(session, settings.organization)
    assert own is not None
    secrets = Secrets(kept_key(settings.key_file))
    identities = Identities(
        database,
        secrets,
        organization_id=own.id,
        authorities=installation.apple.authorities,
    )
    await identities.import_p12(p12, "synthetic", COMMAND_LINE)
    await database.close()


@pytest.mark.usefixtures("_quick")
async def test_d2_the_documented_example_is_what_it_prints(
    tmp_path: Path, sqlite_url: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installed(tmp_path, sqlite_url, authority, Plan()) as installation:
        for name in ("a typo", "no admin", "proxy alone", "few descriptors"):
            await CASES[name].do(installation, monkeypatch)
        findings = await examined(installation)

    told = [one for one in findings if one.gravity is not Gravity.WELL]
    assert shown(as_text(told), tmp_path) == documented("broken")
    said = json.loads(as_json_text(findings))
    assert said["ok"] is False
    assert set(said["findings"][0]) == {"what", "gravity", "found", "to_do"}


async def test_d2_the_short_form_asks_nobody(
    tmp_path: Path, sqlite_url: str, authority: Authority
) -> None:
    async with installed(tmp_path, sqlite_url, authority, Plan()) as installation:
        installation.given.update(slack_api_url="http://127.0.0.1:1/api/", admins="")
        async with asyncio.timeout(5):
            findings = await examine(installation.settings, installation.outside, brief=True)
        asked = len(installation.slack.calls_of("auth.test"))

    assert list(ailing(list(findings))) == ["admins"]
    assert asked == 0


async def test_d2_a_check_that_breaks_is_a_finding(
    tmp_path: Path, sqlite_url: str, authority: Authority
) -> None:
    def broken(_folder: Path) -> int:
        raise RuntimeError("kaboom at postgresql://slipway:hunter22@db/slipway")

    async with installed(tmp_path, sqlite_url, authority, Plan()) as installation:
        installation.sees(free_space=broken)
        found = {
            one.what: one
            for one in await examine(installation.settings, installation.outside, brief=True)
        }

    said = found["free space"].found
    assert said.startswith("The check itself failed with RuntimeError: kaboom")
    assert "hunter22" not in said


def test_d2_the_command_ends_with_1_and_prints_rows(tmp_path: Path) -> None:
    done = slipway(
        "doctor", "--json", SLIPWAY_DATA_DIR=str(tmp_path / "data"), SLIPWAY_ADMIN="U012ABC"
    )
    said = json.loads(done.stdout)

    assert done.returncode == 1
    rows = {row["what"]: row for row in said["findings"]}
    assert rows["settings"]["to_do"] == "Did you mean SLIPWAY_ADMINS?"
    assert rows["admins"]["gravity"] == "broken"
    assert not (tmp_path / "data" / "secret.key").exists()


def documented(mark: str) -> str:
    """Return the block of docs/doctor.md that follows a mark."""
    found = re.search(rf"<!-- {mark} -->\n```text\n(.*?)\n```", DOCS.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def shown(text: str, folder: Path) -> str:
    """Return an output without what differs from run to run."""
    text = text.replace(str(folder / "data"), "/var/lib/slipway").replace(str(folder), "/var")
    text = re.sub(r"example\.com:\d+", "example.com", text)
    text = text.replace("example.com is 127.0.0.1", "example.com is 203.0.113.7")
    return re.sub(r"SQLite [\d.]+", "SQLite 3.45.1", text)
