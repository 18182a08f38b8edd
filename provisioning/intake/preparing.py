"""Preparing: a build that was taken in is made ready for the phones that come later."""

from provisioning.installing.fitness import why_not_resignable
from provisioning.signing.variants import Signing
from storage.catalog import builds, uploads
from storage.catalog.database import Database
from storage.inspection.facts import Facts
from storage.records.build import Build


class Preparing:
    """
    Prepares builds that name the phones they are for, once each.

    A new phone is then spliced in at little cost, and an app that nobody can sign again says so
    before somebody waits for it.
    """

    def __init__(self, database: Database, signing: Signing) -> None:
        self._database = database
        self._signing = signing

    async def prepare(self, upload_id: str) -> bool:
        """
        Prepare what an upload became; return whether it turned out that nobody can sign it again.

        Nothing is done for what needs no new signature, or can get none as far as its reader saw.
        Raise NotFound, BlobMissing, NoSpace or SigningFailed.
        """
        async with self._database.reading() as session:
            upload = await uploads.get(session, upload_id)
            if upload.build_id is None:
                return False
            build = await builds.get(session, upload.build_id)
        if not _is_worth_it(build):
            return False
        return (await self._signing.prepare(build.id)).unfit


def _is_worth_it(build: Build) -> bool:
    facts = Facts(**build.facts)
    unfit = why_not_resignable(facts, is_external=build.sha256 is None)
    return facts.names_devices and unfit is None
