"""The page of Apple's teams, served, with a team of our own at the sandbox's Apple behind it."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import FormData
from sqlmodel import select

from bot.sandbox.apple.keys import ApiKey
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.web.app import make_web
from bot.web.apple.routes import AppleParts
from provisioning.actors import Actor, person, slack
from provisioning.appstore.client import AppStores
from provisioning.appstore.wire.backoff import Backoff
from provisioning.connecting.certificates import TeamCertificates
from provisioning.connecting.invitations import AppleInvitations
from provisioning.connecting.setup import AppleSetup
from provisioning.devices.teams import AppleTeams
from provisioning.people.permissions import Permissions
from provisioning.signing.identities import Identities
from storage.catalog import organizations
from storage.records.apple_invitation import ApplePurpose
from storage.records.audit import AuditEntry
from storage.secrets import Secrets
from tests.fakes import FakeDirectory
from tests.integration.web.conftest import open_site, parts_of, serving
from tests.integration.web.site import KEY, Answer, Site

ANN = person(slack("UANN"), origin="slack")
BOB = person(slack("UBOB"), origin="slack")
ADMINS = ["UANN"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplesDesk:
    """What is behind the page, and a person in front of it."""

    site: Site
    address: str
    apple: SandboxApple
    teams: AppleTeams
    identities: Identities
    invitations: AppleInvitations
    permissions: Permissions

    @property
    def team(self) -> SandboxTeam:
        return self.apple.team

    async def link(
        self, purpose: ApplePurpose = ApplePurpose.CONNECT, by: Actor = ANN, team: str = ""
    ) -> str:
        """Return the path of a new link."""
        return f"/apple/{await self.invitations.invite(purpose, by, apple_team_id=team)}"

    async def connected(self) -> str:
        """Connect the team by its key alone, and return its row."""
        key = self.team.key
        return (await self.teams.connect(key.issuer_id, key.id, key.p8.encode(), ANN)).id

    async def open(self, path: str) -> Answer:
        async with self.site.client.get(self.address + path) as answer:
            return Answer(status=answer.status, headers=answer.headers, body=await answer.read())

    async def send(self, path: str, form: FormData, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.site.client.post(self.address + path, data=form, headers=named) as answer:
            return Answer(status=answer.status, headers=answer.headers, body=await answer.read())

    async def acts(self) -> list[tuple[str, str, str]]:
        """Return what the audit has: actor, origin and action, oldest first."""
        async with self.site.database.reading() as session:
            found = await session.exec(select(AuditEntry))
            entries = sorted(found.all(), key=lambda entry: entry.at)
        return [(one.actor, one.origin, one.action) for one in entries]


def filled(
    key: ApiKey | None, way: str = "later", p12: bytes = b"", password: str = "", **more: str
) -> FormData:
    """Return the form with a key as its file, and a certificate, as a browser sends it."""
    form = FormData(default_to_multipart=True)
    form.add_field("way", way)
    if key is not None:
        form.add_field("issuer_id", more.pop("issuer_id", key.issuer_id))
        form.add_field("key_id", more.pop("key_id", key.id))
        form.add_field("p8_file", key.p8.encode(), filename=f"AuthKey_{key.id}.p8")
    form.add_field("p12", io.BytesIO(p12), filename="identity.p12" if p12 else "")
    form.add_field("password", password)
    for name, value in more.items():
        form.add_field(name, value)
    return form


@asynccontextmanager
async def apples_desk(url: str, folder: Path) -> AsyncGenerator[ApplesDesk]:
    """Serve the page; at the end Apple must have found nothing to complain of."""
    async with SandboxApple.serve() as apple, open_site(url, folder) as site:
        stores = AppStores(base_url=apple.url, backoff=Backoff(tries=2, first=0.01))
        async with site.database.writing() as session:
            own = (await organizations.named(session, "main")).id
        people = FakeDirectory()
        people.add("UANN", "Ann")
        people.add("UBOB", "Bob")
        permissions = Permissions(site.database, people, organization_id=own, admins=ADMINS)
        secrets = Secrets(KEY)
        teams = AppleTeams(site.database, secrets, stores, organization_id=own)
        identities = Identities(
            site.database, secrets, organization_id=own, authorities=apple.authorities
        )
        invitations = AppleInvitations(site.database, permissions, organization_id=own)
        setup = AppleSetup(invitations, teams, TeamCertificates(teams, identities))
        parts = replace(parts_of(site), apple=AppleParts(setup=setup))
        async with serving(make_web(parts)) as address:
            yield ApplesDesk(
                site=site,
                address=address,
                apple=apple,
                teams=teams,
                identities=identities,
                invitations=invitations,
                permissions=permissions,
            )
        await stores.aclose()
        assert apple.violations == []
