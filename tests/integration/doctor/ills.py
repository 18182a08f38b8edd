"""What can be wrong with an installation: each ill with what brings it about and what is said."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bot.findings import Gravity
from bot.sandbox.samples.identities import root_authority
from bot.secret_key import hold_to, secret_key
from provisioning.actors import COMMAND_LINE
from provisioning.appstore.client import AppStores
from provisioning.devices.teams import AppleTeams
from storage.catalog import grants, groups, organizations
from storage.catalog.database import Database
from storage.records.base import now
from storage.records.grant import Grant
from storage.records.group import Group
from storage.secrets import Secrets
from tests.integration.doctor.certificates import Wanted
from tests.integration.doctor.installation import Installation, Plan
from tests.integration.doctor.proxy import Ill
from tests.shelf import stock

BROKEN, WARNING = Gravity.BROKEN, Gravity.WARNING
#: Breaks an installation.
Break = Callable[[Installation, pytest.MonkeyPatch], Awaitable[None]]


async def nothing(_installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    An ill: the row that tells of it, in which words, and what to do.

    `also` are rows that tell of the same ill and cannot know better.
    """

    what: str
    words: str
    to_do: str
    gravity: Gravity = BROKEN
    do: Break = nothing
    plan: Plan = field(default_factory=Plan)
    also: frozenset[str] = frozenset()


def given(**settings: object) -> Break:
    """Set something else."""

    async def do(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
        installation.given.update(settings)

    return do


def variable(name: str) -> Break:
    async def do(_installation: Installation, patch: pytest.MonkeyPatch) -> None:
        patch.setenv(name, "U012ABC")

    return do


def ill(kind: Ill) -> Break:
    async def do(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
        installation.proxy.ill = kind

    return do


def seeing(**changes: object) -> Break:
    async def do(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
        installation.sees(**changes)

    return do


async def swap(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    one, other = installation.given["slack_bot_token"], installation.given["slack_app_token"]
    installation.given.update(slack_bot_token=other, slack_app_token=one)


async def unfold(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    """Put a file where the data folder should be; the key is kept elsewhere."""
    file = installation.folder / "file"
    file.write_text("no folder")
    key = installation.settings.key_file
    installation.given.update(data_dir=file / "data", secret_key_file=key)


async def open_key(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    installation.settings.key_file.chmod(0o644)


async def stand_in(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    """Trust the sandbox's authorities, and speak to the real Apple."""
    path = installation.folder / "authorities.pem"
    path.write_bytes(root_authority().certificate.public_bytes(Encoding.PEM))
    installation.given["apple_authorities_file"] = path


async def stand_in_with_nothing(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    path = installation.folder / "authorities.pem"
    path.write_text("no certificates")
    installation.given["apple_authorities_file"] = path


async def _give_a_link(installation: Installation) -> Database:
    database = Database(installation.settings.records_url)
    shelf = await stock(database)
    async with database.writing() as session:
        grant = Grant(
            release_id=shelf.release.id,
            tester_id=shelf.tester.id,
            token_hash="a" * 64,
            expires_at=now() + timedelta(days=1),
        )
        await grants.keep(session, grant)
    return database


async def lose_key(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    await (await _give_a_link(installation)).close()
    installation.settings.key_file.unlink()


async def mistake_key(installation: Installation, patch: pytest.MonkeyPatch) -> None:
    """Start once with a key, give a link, and put another key in its place."""
    settings = installation.settings
    database = await _give_a_link(installation)
    key = await asyncio.to_thread(secret_key, settings.key_file)
    await hold_to(database, settings.organization, key, settings.key_file)
    await database.close()
    await change_key(installation, patch)


async def damage(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    """Spoil a page in the middle: the head is well, and it opens."""
    path = Path(installation.settings.database_url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    path.write_bytes(content)


async def come_from_the_future(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    path = installation.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


async def spoil(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    path = installation.folder / "spoiled.db"
    path.write_bytes(b"This was a database once. " * 400)
    installation.given["database_url"] = f"sqlite:///{path}"


async def age_backup(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    old = time.time() - 9 * 86400
    os.utime(installation.folder / "backups" / "monday.tar", (old, old))


async def drop_backup(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    (installation.folder / "backups" / "monday.tar").unlink()


async def change_key(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    installation.settings.key_file.write_text("ab" * 32 + "\n")


async def switch_off(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    installation.slack.state.app.is_link_disabled = True


async def leave(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    """Take the bot out of every channel."""
    workspace = installation.slack.workspace
    for channel in ("#qa", "#mobile-builds"):
        await workspace.person("Ann").remove(channel, "slipway")


async def connect_elsewhere(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    """Announce a group in a channel that the bot is not in."""
    workspace = installation.slack.workspace
    channel = workspace.channel("#qa").id
    await workspace.person("Ann").remove("#qa", "slipway")
    database = Database(installation.settings.records_url)
    async with database.writing() as session:
        own = await organizations.named(session, "main")
        group = await groups.add(
            session, Group(organization_id=own.id, name="QA", slug="qa", created_by="clock")
        )
        await groups.connect(session, group.id, channel, "clock")
    await database.close()


async def connect_apple(installation: Installation, _patch: pytest.MonkeyPatch) -> None:
    """Connect a team at the sandbox's Apple by its key."""
    installation.given["apple_api_url"] = installation.apple.url
    settings, key = installation.settings, installation.apple.team.key
    database = Database(settings.records_url)
    secret = await asyncio.to_thread(secret_key, settings.key_file)
    stores = AppStores(base_url=settings.apple_api_url)
    async with database.writing() as session:
        own = (await organizations.named(session, settings.organization)).id
    teams = AppleTeams(database, Secrets(secret), stores, organization_id=own)
    await teams.connect(key.issuer_id, key.id, key.p8.encode(), COMMAND_LINE)
    await stores.aclose()
    await database.close()


async def revoke_apples_key(installation: Installation, patch: pytest.MonkeyPatch) -> None:
    await connect_apple(installation, patch)
    installation.apple.team.revoke_key(installation.apple.team.key.id)


async def change_apples_terms(installation: Installation, patch: pytest.MonkeyPatch) -> None:
    await connect_apple(installation, patch)
    installation.apple.team.rules.agreements_missing = True


async def lose_apple(installation: Installation, patch: pytest.MonkeyPatch) -> None:
    await connect_apple(installation, patch)
    installation.given["apple_api_url"] = "http://127.0.0.1:1"


NO_ADDRESS = frozenset({"name", "way in", "certificate"})
CASES: dict[str, Case] = {
    "a typo": Case(
        what="settings",
        words="SLIPWAY_ADMIN is no setting, and ignored.",
        to_do="Did you mean SLIPWAY_ADMINS?",
        do=variable("SLIPWAY_ADMIN"),
    ),
    "a stranger": Case(
        what="settings",
        words="SLIPWAY_COLOURS is no setting",
        to_do="Remove it",
        gravity=WARNING,
        do=variable("SLIPWAY_COLOURS"),
    ),
    "no folder": Case(
        what="data folder", words="cannot be written (Not a directory)", to_do="Give it", do=unfold
    ),
    "a full disk": Case(
        what="free space",
        words="0.1 GB are free",
        to_do="Free some space",
        do=seeing(free_space=lambda _folder: 100_000_000),
    ),
    "a nearly full disk": Case(
        what="free space",
        words="a large build needs 3 GB",
        to_do="Free some space",
        gravity=WARNING,
        do=seeing(free_space=lambda _folder: 1_000_000_000),
    ),
    "few descriptors": Case(
        what="file descriptors",
        words="Only 1024 files",
        to_do="LimitNOFILE=",
        gravity=WARNING,
        do=seeing(open_files=lambda: 1024),
    ),
    "an open key": Case(
        what="secret key", words="can be read by others", to_do="chmod 600", do=open_key
    ),
    "a lost key": Case(
        what="secret key",
        words="install links that still hold were made with it",
        to_do="`slipway new-key`",
        do=lose_key,
        also=frozenset({"way in"}),
    ),
    "a wrong key": Case(
        what="secret key",
        words="is not the one that install links that still hold were made with",
        to_do="move this one away and run `slipway new-key`",
        do=mistake_key,
        also=frozenset({"way in"}),
    ),
    "others in Apple's place": Case(
        what="Apple's authorities",
        words="real apps cannot be signed",
        to_do="Remove SLIPWAY_APPLE_AUTHORITIES_FILE",
        gravity=WARNING,
        do=stand_in,
    ),
    "nobody in Apple's place": Case(
        what="Apple's authorities",
        words="holds no certificates in PEM",
        to_do="Remove it",
        do=stand_in_with_nothing,
    ),
    "a damaged database": Case(
        what="database", words="The database is damaged", to_do="from the backup", do=damage
    ),
    "no database": Case(what="database", words="is no database", to_do="from the backup", do=spoil),
    "a newer database": Case(
        what="database",
        words="changed by a newer Slipway",
        to_do="Start that version",
        do=come_from_the_future,
    ),
    "old backups": Case(
        what="backups",
        words="9 days old",
        to_do="Look why none was made",
        gravity=WARNING,
        do=age_backup,
    ),
    "no backups": Case(
        what="backups", words="There is no backup", to_do="Look why none", do=drop_backup
    ),
    "unknown backups": Case(
        what="backups",
        words="Nothing says where",
        to_do="SLIPWAY_BACKUP_DIR",
        gravity=WARNING,
        do=given(backup_dir=None),
    ),
    "plain http": Case(
        what="public address",
        words="iPhones install over https only",
        to_do="Put a proxy",
        do=given(base_url="http://slipway.example.com:1"),
        also=NO_ADDRESS,
    ),
    "an address inside": Case(
        what="public address",
        words="phones elsewhere cannot open",
        to_do="Set it to a name",
        do=given(base_url="https://127.0.0.1:1"),
        also=NO_ADDRESS,
    ),
    "an unknown name": Case(
        what="name",
        words="does-not-exist.example.com leads nowhere",
        to_do="DNS record",
        do=given(base_url="https://does-not-exist.example.com"),
    ),
    "expired": Case(
        what="certificate",
        words="has expired",
        to_do="Renew it",
        plan=Plan(certificate=Wanted(days=-2)),
    ),
    "ends soon": Case(
        what="certificate",
        words="ends in 5 days",
        to_do="Renew it",
        gravity=WARNING,
        plan=Plan(certificate=Wanted(days=5.2)),
    ),
    "signed by itself": Case(
        what="certificate",
        words="is signed by itself",
        to_do="Let's Encrypt",
        plan=Plan(certificate=Wanted(own=True)),
    ),
    "no chain": Case(
        what="certificate",
        words="comes without its chain",
        to_do="fullchain.pem",
        plan=Plan(certificate=Wanted(chain=False)),
    ),
    "another name": Case(
        what="certificate",
        words="is for another name",
        to_do="SLIPWAY_BASE_URL",
        plan=Plan(certificate=Wanted(host="other.example.com")),
    ),
    "no tls": Case(
        what="certificate",
        words="does not speak TLS",
        to_do="speak https",
        plan=Plan(certificate=None),
        also=frozenset({"way in"}),
    ),
    "nobody there": Case(
        what="way in",
        words="Nobody answers",
        to_do="Start the proxy",
        do=given(base_url="https://slipway.example.com:1"),
    ),
    "proxy alone": Case(
        what="way in",
        words="does not reach Slipway (it answers 502)",
        to_do="Start Slipway",
        do=ill(Ill.DOWN),
    ),
    "a sign-in": Case(
        what="way in",
        words="sends everybody on to https://login.example.com/",
        to_do="sign-in",
        do=ill(Ill.SENDS_ON),
    ),
    "a password": Case(
        what="way in",
        words="lets nobody in without a password",
        to_do="phones know no password",
        do=ill(Ill.ASKS),
    ),
    "another program": Case(
        what="way in",
        words="Something else than Slipway answers",
        to_do="Let the proxy pass",
        do=ill(Ill.LEADS_ELSEWHERE),
    ),
    "another Slipway": Case(
        what="way in", words="Another Slipway answers", to_do="its own address", do=change_key
    ),
    "no HEAD": Case(
        what="downloads", words="spoils HEAD (it answers 405", to_do="HEAD", do=ill(Ill.NO_HEAD)
    ),
    "no ranges": Case(
        what="downloads",
        words="spoils range requests (it answers 200",
        to_do="`Range`",
        do=ill(Ill.NO_RANGES),
    ),
    "nobody to hand over to": Case(
        what="downloads",
        words="SLIPWAY_SENDFILE is nginx, and the proxy does not offer",
        to_do="docs/operating.md",
        gravity=WARNING,
        do=given(sendfile="nginx"),
    ),
    "small bodies": Case(
        what="large requests",
        words="refuses a request of 2 MB",
        to_do="client_max_body_size",
        gravity=WARNING,
        do=ill(Ill.SMALL_BODIES),
    ),
    "swapped tokens": Case(
        what="Slack settings",
        words="are swapped",
        to_do="docs/slack.md",
        do=swap,
        also=frozenset({"Slack", "Socket Mode"}),
    ),
    "a wrong bot token": Case(
        what="Slack",
        words="does not accept SLIPWAY_SLACK_BOT_TOKEN (invalid_auth)",
        to_do="OAuth & Permissions",
        do=given(slack_bot_token="xoxb-wrong"),
    ),
    "a wrong app token": Case(
        what="Socket Mode",
        words="does not accept SLIPWAY_SLACK_APP_TOKEN",
        to_do="connections:write",
        do=given(slack_app_token="xapp-wrong"),
    ),
    "no Slack": Case(
        what="Slack",
        words="cannot be reached",
        to_do="HTTPS_PROXY",
        do=given(slack_api_url="http://127.0.0.1:1/api/"),
    ),
    "a scope": Case(
        what="scopes",
        words="lacks files:read",
        to_do="manifest.yml",
        plan=Plan(withheld=frozenset({"files:read"})),
    ),
    "an optional scope": Case(
        what="scopes",
        words="lacks usergroups:read; what these are for is switched off",
        to_do="manifest.yml",
        gravity=WARNING,
        plan=Plan(withheld=frozenset({"usergroups:read"})),
    ),
    "a wrong clock": Case(
        what="clock",
        words="seconds off Slack's",
        to_do="NTP",
        do=seeing(now=lambda: time.time() + 600),
    ),
    "no admin": Case(
        what="admins", words="Nobody is an admin", to_do="SLIPWAY_ADMINS", do=given(admins="")
    ),
    "an unknown admin": Case(
        what="admins in Slack",
        words="U0NOBODY is nobody in this workspace",
        to_do="Copy member ID",
        do=given(admins="U0NOBODY"),
    ),
    "no channel": Case(
        what="channels",
        words="Slipway is in no channel, so it sees no build",
        to_do="/invite @slipway",
        gravity=WARNING,
        do=leave,
    ),
    "Socket Mode off": Case(
        what="Socket Mode",
        words="Socket Mode is switched off for the Slack app",
        to_do="Switch it on",
        do=switch_off,
    ),
    "a channel without us": Case(
        what="channels",
        words="is not in 1 of 1 channels",
        to_do="/invite @slipway",
        do=connect_elsewhere,
    ),
    "a revoked key of Apple's": Case(
        what="Apple",
        words="Apple rejects the API key",
        to_do="`slipway apple rotate`",
        do=revoke_apples_key,
    ),
    "new terms of Apple's": Case(
        what="Apple",
        words="must accept Apple's new terms",
        to_do="Let the Account Holder sign in",
        do=change_apples_terms,
    ),
    "no certificate of Apple's": Case(
        what="Apple",
        words="has no certificate for distribution",
        to_do="`slipway apple certificate`",
        gravity=WARNING,
        do=connect_apple,
    ),
    "no Apple": Case(
        what="Apple",
        words="App Store Connect does not answer",
        to_do="developer.apple.com/system-status",
        gravity=WARNING,
        do=lose_apple,
    ),
}
