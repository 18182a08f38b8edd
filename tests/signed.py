"""A signed app on the shelf and everything that it takes to sign it again."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.sandbox.samples import identities as samples
from provisioning.actors import person, slack
from provisioning.installing.served_file import handout
from provisioning.signing.identities import Identities
from provisioning.signing.making import Making
from provisioning.signing.scratch import Workroom
from provisioning.signing.variants import Signing
from storage.blobs import assembling
from storage.blobs.local import LocalBlobs
from storage.blobs.segments import VirtualFile
from storage.catalog import variants
from storage.catalog.database import Database
from storage.inspection.facts import Hashes
from storage.inspection.inspector import inspect
from storage.records.device import Device
from storage.records.variant import Variant
from storage.secrets import Secrets
from tests.shelf import Shelf, put, stock
from tests.unit.provisioning.codesign import world

PASSWORD = "synthetic"
#: The key of the installation that the bench stands in.
SECRET = hashlib.sha256(b"a test").digest()
ANN = person(slack("UANN"), origin="test")


@cache
def p12(number: int = 1) -> bytes:
    """Return the identity that signed the samples, or with another number its successor."""
    return samples.signing_identity(number=number).p12(PASSWORD)


def profiles_of(ipa: Path, *devices: str, number: int = 1) -> list[bytes]:
    """Return new profiles, for the devices, of everything in the app that has one."""
    made = world.new_profiles(ipa, world.identity(number), devices or (world.NEW_PHONE,))
    return [profile.content for profile in made]


@dataclass
class Bench:
    """A place where a build can be signed."""

    database: Database
    blobs: LocalBlobs
    identities: Identities
    signing: Signing
    shelf: Shelf
    ipa: Path
    folder: Path

    async def identity(self, number: int = 1) -> str:
        return (await self.identities.import_p12(p12(number), PASSWORD, ANN)).id

    async def sign(self, profiles: Sequence[bytes], *, number: int = 1) -> Variant:
        """Sign the build on the shelf."""
        identity_id = await self.identity(number)
        return await self.signing.variant(self.shelf.build.id, identity_id, profiles, by=ANN)

    async def owns(self, *udids: str) -> None:
        """Let the tester on the shelf own these devices."""
        async with self.database.writing() as session:
            for udid in udids:
                device = Device(
                    organization_id=self.shelf.build.organization_id,
                    udid=udid,
                    tester_id=self.shelf.tester.id,
                    created_by=ANN.reference,
                )
                session.add(device)

    async def file(self) -> VirtualFile:
        """Return the newest ready variant of the build on the shelf, or the build itself."""
        async with self.database.reading() as session:
            found = await variants.ready(session, self.shelf.build.id)
        return handout(self.shelf.build, next(iter(found), None)).file

    async def written(self, file: VirtualFile) -> Path:
        """Write a file out, as somebody would get it."""
        path = self.folder / f"{file.tag[:8]}.ipa"
        pieces = [piece async for piece in assembling.read(self.blobs, file.segments)]
        await asyncio.to_thread(path.write_bytes, b"".join(pieces))
        return path


async def open_bench(
    database: Database, blobs: LocalBlobs, ipa: Path, folder: Path, *, splicing: bool = True
) -> Bench:
    """Put the app at *ipa* on the shelf as a release, and return where it can be signed."""
    content = await asyncio.to_thread(ipa.read_bytes)
    stored = await put(blobs, content)
    hashes = Hashes(md5=stored.md5, sha1=stored.sha1, sha256=stored.sha256)
    facts = (await asyncio.to_thread(inspect, ipa, hashes, ipa.name)).facts
    shelf = await stock(database, facts=facts, blob=stored)
    identities = Identities(
        database,
        Secrets(SECRET),
        organization_id=shelf.build.organization_id,
        authorities=world.authorities(),
    )
    making = Making(
        database,
        blobs,
        Workroom(folder / "signing"),
        splicing=splicing,
        authorities=world.authorities(),
    )
    return Bench(
        database=database,
        blobs=blobs,
        identities=identities,
        signing=Signing(database, identities, making),
        shelf=shelf,
        ipa=ipa,
        folder=folder,
    )
