"""Signing: which file to hand out for a build, and the making of variants for our devices."""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from weakref import WeakValueDictionary

from provisioning.actors import Actor
from provisioning.codesign.errors import CodesignError, Malformed
from provisioning.codesign.structures.profile import Profile, read_profile
from provisioning.errors import NotNow, Unclear
from provisioning.signing.apart import SigningFailed
from provisioning.signing.identities import AWAITED, Identities
from provisioning.signing.making import Job, Made, Making, upload_of
from provisioning.signing.outdated import KEPT_FOR, outdated
from storage.blobs.store import CHUNK_SIZE
from storage.catalog import builds, variants
from storage.catalog.database import Database
from storage.errors import BlobMissing, NoSpace
from storage.records.base import now
from storage.records.build import Build
from storage.records.variant import Preparation, Variant, VariantState

logger = logging.getLogger(__name__)

#: A sentence for people beside each state of a variant.
SENTENCES: dict[VariantState, str] = {
    VariantState.WANTED: "Will be signed shortly.",
    VariantState.SIGNING: "Being signed for the registered devices.",
    VariantState.READY: "Signed for the registered devices.",
    VariantState.FAILED: "Could not be signed.",
}

#: So many builds are looked at in one unit of work.
PAGE = 100

FAILED = "Slipway failed while it signed this app; its log says why."


class Signing:
    """Makes variants, each once. In one process two of the same build are made one by one."""

    def __init__(self, database: Database, identities: Identities, making: Making) -> None:
        self._database = database
        self._identities = identities
        self._making = making
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def prepare(self, build_id: str) -> Preparation:
        """
        Prepare a build for splicing, at most once; the result says why it cannot be, if so.

        Raise NotFound; Unclear for an external build; BlobMissing, NoSpace, or SigningFailed,
        after which it may be tried again.
        """
        build = await self._build(build_id)
        async with self._turn(build.id):
            return await self._making.prepared(build, upload_of(build))

    async def variant(
        self, build_id: str, identity_id: str, profiles: Sequence[bytes], *, by: Actor
    ) -> Variant:
        """
        Sign a build with an identity for the devices of *profiles*, each a `.mobileprovision`.

        The same build, certificate and profiles are signed once; what failed is tried again. The
        result is ready, or failed with its reason; a key is opened only for what is not ready yet.
        Raise NotFound; Unclear for what is no app for iOS and no profile; NotNow for an identity
        without certificate, or a retired one; SecretUnreadable.
        """
        build = await self._build(build_id)
        if build.platform != "ios":
            raise Unclear("Only apps for iPhone and iPad can be signed for devices.")
        read = await asyncio.to_thread(_read, profiles)
        card = await self._identities.card(identity_id)
        if card.fingerprint is None:
            raise NotNow(AWAITED)
        wanted = Variant(
            build_id=build.id,
            generation=generation_of(card.fingerprint, _related(build, read)),
            identity_id=card.id,
            fingerprint=card.fingerprint,
        )
        async with self._turn(build.id):
            variant = await self._want(wanted)
            if variant.state is VariantState.READY:
                return variant
            identity = await self._identities.open(identity_id, by=by, purpose=f"build {build.id}")
            variant = await self._begin(variant)
            return await self._make(variant, Job(build=build, identity=identity, profiles=read))

    async def drop_outdated(self) -> None:
        """Forget the variants that others took the place of, and what they were made of."""
        for question in (variants.crowded, variants.prepared_twice):
            last = ""
            while True:
                async with self._database.reading() as session:
                    found = await question(session, last, limit=PAGE)
                for build_id in found:
                    await self._drop_outdated(build_id)
                if len(found) < PAGE:
                    break
                last = found[-1]

    async def _drop_outdated(self, build_id: str) -> None:
        at = now()
        before = at - KEPT_FOR
        # Nothing is made of a base meanwhile.
        async with self._turn(build_id), self._database.writing() as session:
            ready = await variants.ready(session, build_id)
            old = [variant.id for variant in outdated(ready, at)]
            count = await variants.drop(session, old, before) if old else 0
            bases = await variants.drop_unused_bases(session, build_id, before)
        if count or bases:
            logger.info(
                "Dropped %s variants, and %s files that they were made of.",
                *(count, bases),
                extra={"build": build_id},
            )

    async def _build(self, build_id: str) -> Build:
        async with self._database.reading() as session:
            return await builds.get(session, build_id)

    async def _want(self, wanted: Variant) -> Variant:
        async with self._database.writing() as session:
            return await variants.want(session, wanted)

    async def _begin(self, variant: Variant) -> Variant:
        variant.state, variant.reason = VariantState.SIGNING, ""
        return await self._finish(variant)

    async def _make(self, variant: Variant, job: Job) -> Variant:
        try:
            made = await self._making.make(job)
        except (CodesignError, SigningFailed, BlobMissing, NoSpace) as failure:
            return await self._fail(variant, str(failure))
        except Exception:
            await self._fail(variant, FAILED)
            raise
        return await self._finish(_ready(variant, made))

    async def _fail(self, variant: Variant, reason: str) -> Variant:
        variant.state, variant.reason = VariantState.FAILED, reason
        logger.warning("A variant could not be signed.", extra={"variant": variant.id})
        return await self._finish(variant)

    async def _finish(self, variant: Variant) -> Variant:
        async with self._database.writing() as session:
            return await variants.finish(session, variant)

    def _turn(self, build_id: str) -> asyncio.Lock:
        return self._turns.setdefault(build_id, asyncio.Lock())


def _related(build: Build, profiles: Sequence[Profile]) -> list[Profile]:
    """
    Return the profiles that a build can make use of; all the others change nothing in it.

    What is inside an app is called as the app is, and something more.
    """
    app = build.bundle_id
    return [
        profile
        for profile in profiles
        if not app or profile.fits(app) or profile.covers_inside(app)
    ]


def generation_of(fingerprint: str, profiles: Sequence[Profile]) -> str:
    """
    Return what a certificate and a set of profiles, in any order, are known as together.

    *fingerprint* is the SHA-256 of the certificate, in hex.
    """
    digests = {hashlib.sha256(profile.content).hexdigest() for profile in profiles}
    return hashlib.sha256(" ".join([fingerprint, *sorted(digests)]).encode()).hexdigest()


def _read(profiles: Sequence[bytes]) -> tuple[Profile, ...]:
    if not profiles:
        raise Unclear("Signing an app takes at least one provisioning profile.")
    try:
        return tuple(read_profile(content) for content in profiles)
    except Malformed as wrong:
        raise Unclear(str(wrong)) from wrong


def _ready(variant: Variant, made: Made) -> Variant:
    variant.state, variant.reason = VariantState.READY, ""
    variant.way, variant.signing = made.way, made.signing
    variant.base_sha256, variant.fresh_sha256 = made.base_sha256, made.fresh_sha256
    variant.segments, variant.tag = made.segments.as_json(), made.tag
    variant.size, variant.new_bytes = made.segments.size, made.new_bytes
    variant.chunk_size, variant.chunks = CHUNK_SIZE, list(made.chunks)
    variant.ready_at = now()
    return variant
