"""A served installation to which people add devices, and a device that is played."""

import io
import plistlib
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from sqlmodel import select
from yarl import URL

from bot.links import Links
from bot.web.app import WebParts, make_web
from bot.web.enroll.routes import EnrolParts
from provisioning.actors import Identity, person, slack
from provisioning.devices.approvals import Approvals
from provisioning.devices.devices import Devices
from provisioning.devices.enrolment.allowance import Allowance
from provisioning.devices.enrolment.enrolments import MOST_A_MINUTE, Enrolments
from provisioning.devices.enrolment.signers import SignerFiles
from provisioning.devices.enrolment.trust import TrustPolicy
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.my_builds import MyBuilds
from provisioning.installing.personal_pages import PersonalPages
from provisioning.installing.receipts import Receipts
from provisioning.people.audience import Audience
from provisioning.people.permissions import Permissions
from provisioning.releases.lists import Lists
from storage.blobs.local import LocalBlobs
from storage.catalog import organizations
from storage.catalog.database import Database
from storage.records.apple_team import AppleTeam
from storage.records.device import Device
from storage.records.enrolment import EnrolmentChallenge
from tests.fakes import FakeDirectory, InlineEngine
from tests.integration.web.conftest import serving
from tests.integration.web.site import BASE, IPHONE, KEY, Answer, Site
from tests.shelf import facts_of, put, signed_ad_hoc, stock
from tests.unit.provisioning.devices.enrolment.authority import UDID, DeviceAuthorities

BOB, CID = slack("UBOB"), slack("UCID")
DEVICE_NAME = "Bob's secret phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a device read in a profile. `path` is that of the address it answers at."""

    path: str
    challenge: str
    profile: Mapping[str, Any]


@dataclass
class EnrolSite(Site):
    """The site, with what enrolment stands on, and the authority that signs for its devices."""

    enrolments: Enrolments
    devices: Devices
    directory: FakeDirectory
    authority: DeviceAuthorities
    organization_id: str

    async def link(self, who: Identity = BOB) -> str:
        """Return the path of somebody's page."""
        token = await self.enrolments.invite(who, person(who, origin="test"))
        return self.path_of(self.links.enroll(token))

    def path_of(self, address: str) -> str:
        assert address.startswith(self.links.base_url)
        return address.removeprefix(self.links.base_url)

    async def ask(self, page: str, *, agent: str = IPHONE) -> Asked:
        """Tap the button, and read the profile as iOS does."""
        answer = await self.get(f"{page}/slipway.mobileconfig", agent=agent)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/x-apple-aspen-config"
        return self.read(answer.body)

    def read(self, content: bytes) -> Asked:
        profile = plistlib.loads(content)
        inside = profile["PayloadContent"]
        return Asked(
            path=self.path_of(inside["URL"]), challenge=inside["Challenge"], profile=profile
        )

    def signed(self, asked: Asked, *options: str, signer: str = "device", **values: str) -> bytes:
        """Return what a device answers; *values* change what it says."""
        says = {
            "UDID": UDID,
            "PRODUCT": "iPhone14,5",
            "VERSION": "21F90",
            "DEVICE_NAME": DEVICE_NAME,
            "CHALLENGE": asked.challenge,
            **values,
        }
        return self.authority.ask(*options, signers=(signer,), values=says)

    async def post(self, path: str, body: bytes) -> Answer:
        """Send an answer as iOS does: without a cookie, following nothing yet."""
        async with self.client.post(
            URL(self.address + path, encoded=True),
            data=io.BytesIO(body),
            headers={"Content-Type": "application/pkcs7-signature", "User-Agent": "Profile/1.0"},
            allow_redirects=False,
        ) as answer:
            return Answer(status=answer.status, headers=answer.headers, body=await answer.read())

    async def led(self, path: str, body: bytes) -> str:
        """Answer, and return the path of the page that Safari is led to."""
        answer = await self.post(path, body)
        assert answer.status == 301, answer.text
        return self.path_of(answer.headers["Location"])

    async def kept(self) -> list[Device]:
        async with self.database.reading() as session:
            return list((await session.exec(select(Device))).all())

    async def questions(self) -> list[EnrolmentChallenge]:
        async with self.database.reading() as session:
            return list((await session.exec(select(EnrolmentChallenge))).all())

    async def later(self, by: timedelta) -> None:
        """Let time pass for every question there is."""
        async with self.database.writing() as session:
            for one in (await session.exec(select(EnrolmentChallenge))).all():
                one.created_at -= by
                one.expires_at -= by
                one.kept_until -= by
                one.answered_at = one.answered_at - by if one.answered_at else None
                session.add(one)

    async def connect_a_team(self) -> None:
        """Connect a team at Apple, whose places somebody has to approve."""
        async with self.database.writing() as session:
            session.add(
                AppleTeam(
                    organization_id=self.organization_id,
                    issuer_id="12345678-1234-1234-1234-123456789012",
                    key_id="KEY",
                    sealed_key=b"sealed",
                    created_by="person:slack:UANN",
                )
            )


@asynccontextmanager
async def open_enrolment(  # noqa: PLR0913 - each is something else about the installation
    url: str,
    folder: Path,
    authority: DeviceAuthorities,
    *,
    base: str = BASE,
    trust: TrustPolicy = TrustPolicy.PREFER,
    real: bool = False,
    still: bool = False,
    signer: SignerFiles | None = None,
) -> AsyncGenerator[EnrolSite]:
    """
    Lend a served installation to which Bob and Cid may add devices.

    A *real* one trusts Apple's authority, as every installation does, in place of ours. In a
    *still* one no time passes for what is allowed in a minute.
    """
    database = Database(url)
    async with database.writing() as session:
        organization = await organizations.named(session, "main")
    directory = FakeDirectory()
    directory.add("UANN", "Ann Archer")
    directory.add(BOB.value, "Bob Baker")
    directory.add(CID.value, "Cid Carver")
    own = {"organization_id": organization.id}
    permissions = Permissions(database, directory, admins=["UANN"], **own)
    audience = Audience(database, directory, **own)
    engine = InlineEngine()
    engine.idle = True
    approvals = Approvals(database, permissions, audience, engine, **own)
    devices = Devices(database, permissions, audience, approvals, **own)
    enrolments = Enrolments(
        database,
        KEY,
        devices=devices,
        approvals=approvals,
        permissions=permissions,
        audience=audience,
        trust=trust,
        authorities=None if real else [authority.certificate()],
        allowance=Allowance(MOST_A_MINUTE, clock=lambda: 0.0) if still else None,
        **own,
    )
    blobs = LocalBlobs(folder / "blobs", spare=0)
    async with ClientSession() as client:
        site = EnrolSite(
            address="",
            client=client,
            database=database,
            blobs=blobs,
            grants=Grants(database, KEY, timedelta(days=30)),
            receipts=Receipts(database),
            links=Links(base),
            pages=PersonalPages(database, permissions, KEY, **own),
            builds=MyBuilds(database, Lists(database, **own), Installabilities(database)),
            enrolments=enrolments,
            devices=devices,
            directory=directory,
            authority=authority,
            organization_id=organization.id,
        )
        parts = WebParts(
            grants=site.grants,
            installabilities=Installabilities(database),
            receipts=site.receipts,
            blobs=blobs,
            links=site.links,
            enrol=EnrolParts(enrolments=enrolments, signer=signer),
        )
        async with serving(make_web(parts)) as address:
            site.address = address
            yield site
    await database.close()


def certificate_files(authority: DeviceAuthorities) -> SignerFiles:
    """Return a certificate of a site, which the authority of devices issued as well."""
    folder = authority.folder
    chain = (folder / "device.pem").read_bytes() + (folder / "ca.pem").read_bytes()
    (folder / "fullchain.pem").write_bytes(chain)
    return SignerFiles(certificate=folder / "fullchain.pem", key=folder / "device.key")


def verified(authority: DeviceAuthorities, signed: bytes) -> bytes:
    """Return the content of CMS that openssl believes."""
    (authority.folder / "signed").write_bytes(signed)
    line = "cms -verify -inform DER -in signed -purpose any -no_check_time -CAfile ca.pem"
    seen = subprocess.run(
        ["openssl", *line.split()], cwd=authority.folder, capture_output=True, check=True
    )
    return seen.stdout


async def given(site: EnrolSite, kind: str) -> str:
    """Give Bob a build that was signed in one *kind*; return the path of its install page."""
    shelf = await stock(
        site.database,
        facts=facts_of(signing=signed_ad_hoc(kind=kind)),
        blob=await put(site.blobs, b"an app"),
        tester={"slack_id": BOB.value, "organization_id": site.organization_id},
    )
    grant = await site.grants.give(shelf.release.id, shelf.tester.id)
    return f"/i/{site.grants.token(grant)}"
