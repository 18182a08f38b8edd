"""Enrolments: a phone tells its UDID itself, on a page that its owner was sent."""

import asyncio
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from cryptography import x509

from provisioning.actors import Act, Actor, Identity, email, person, slack
from provisioning.devices.approvals import Approvals
from provisioning.devices.bulk.rows import MOST_NAME
from provisioning.devices.devices import IOS, MAC_OS, Claim, Devices
from provisioning.devices.enrolment.allowance import Allowance
from provisioning.devices.enrolment.answer import DeviceAnswer, read_answer
from provisioning.devices.enrolment.outcomes import EnrolmentOutcome, outcome_of
from provisioning.devices.enrolment.trust import Distrust, TrustPolicy
from provisioning.devices.errors import AnswerRefused
from provisioning.errors import NotAllowed, Unclear
from provisioning.people.audience import Audience
from provisioning.people.permissions import Permissions
from provisioning.tokens import TOKEN, derived_token, hash_of, random_token
from storage.catalog import enrolments
from storage.catalog.database import Database
from storage.errors import NotFound, SlipwayError
from storage.records.base import new_id, now
from storage.records.device import DeviceSource
from storage.records.enrolment import EnrolmentChallenge, EnrolmentLink
from storage.records.tester import Tester

logger = logging.getLogger(__name__)

#: How long a link opens, and from when on a new one is given in its place.
LINK_LIFETIME: Final = timedelta(days=7)
LINK_RENEWED: Final = timedelta(days=1)
#: A device is asked and answers within minutes: iOS drops a profile that nobody installs after 8.
CHALLENGE_LIFETIME: Final = timedelta(minutes=15)
#: So long a result can be looked at again.
RESULT_LIFETIME: Final = timedelta(days=1)

#: So many questions of one person wait at once; a new one takes the place of the oldest.
MOST_OPEN: Final = 5
#: So many answers to one question are looked at.
MOST_TRIES: Final = 10
#: So many devices a person adds in a day: whoever has a link could invent them.
MOST_A_DAY: Final = 10
#: So many answers are looked at in a minute, whoever sends them, and so many at once.
MOST_A_MINUTE: Final = 120
MOST_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolee:
    """Whom a link is for. `name` is what they are called."""

    tester_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedChallenge:
    """
    A question to a device: `token` is in the address of the answer, `challenge` in the answer.

    Both are secrets, and are told this once.
    """

    token: str = field(repr=False)
    challenge: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question that takes an answer, and whose device that is to be."""

    challenge: EnrolmentChallenge
    owner: Tester
    token: str = field(repr=False)


class Enrolments:
    """
    Gives links, asks devices, and takes their answers, each once.

    An answer is tied to a person by the token in its address and by what the device repeats, and
    by nothing else: it comes without a cookie. *authorities* are Apple's unless others stand for
    them in a test.
    """

    def __init__(  # noqa: PLR0913 - what it stands on, each by its name
        self,
        database: Database,
        secret_key: bytes,
        *,
        devices: Devices,
        approvals: Approvals,
        permissions: Permissions,
        audience: Audience,
        organization_id: str,
        trust: TrustPolicy = TrustPolicy.PREFER,
        authorities: Sequence[x509.Certificate] | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._database = database
        self._secret_key = secret_key
        self._devices = devices
        self._approvals = approvals
        self._permissions = permissions
        self._audience = audience
        self._organization_id = organization_id
        self._trust = trust
        self._authorities = authorities
        self._allowance = allowance or Allowance(MOST_A_MINUTE)
        self._reading = asyncio.Semaphore(MOST_AT_ONCE)

    async def invite(self, who: Identity, by: Actor) -> str:
        """
        Return the token of somebody's link: the one that they have, or a new one.

        Raise NotAllowed for somebody else's, Unclear with the field `people` for whoever cannot
        install.
        """
        if by.identity != who:
            await self._permissions.require(by, Act.MANAGE_DEVICES)
        (tester,) = await self._audience.testers_of([who])
        return await self._link(tester, by)

    async def invite_tester(self, tester: Tester) -> str:
        """Return the token of the link of a tester who asks for it; raise as `invite` does."""
        identity = _identity_of(tester)
        return await self.invite(identity, person(identity, origin="install page"))

    async def open(self, token: str) -> Enrolee | None:
        """Return whom a link is for; None for every reason alike, so that nobody learns which."""
        if not TOKEN.fullmatch(token):
            return None
        async with self._database.reading() as session:
            found = await enrolments.link_with_hash(session, hash_of(token))
        if found is None or found.link.organization_id != self._organization_id:
            return None
        # The token is derived anew: a row that somebody slipped into the database opens nothing.
        if not hmac.compare_digest(self._token(found.link.id), token):
            return None
        if found.link.expires_at <= now() or not found.owner.active:
            return None
        return Enrolee(tester_id=found.owner.id, name=found.owner.name)

    async def challenge(self, token: str, *, system_version: str = "") -> IssuedChallenge:
        """
        Ask a device of the person that a link is for.

        *system_version* is that of the browser that asks. Raise NotFound for a link that does not
        hold.
        """
        enrolee = await self.open(token)
        if enrolee is None:
            raise NotFound("There is no such link.")
        own = random_token()
        ends = now() + CHALLENGE_LIFETIME
        async with self._database.writing() as session:
            await enrolments.make_room(session, enrolee.tester_id, for_one_of=MOST_OPEN)
            session.add(
                EnrolmentChallenge(
                    organization_id=self._organization_id,
                    tester_id=enrolee.tester_id,
                    token_hash=hash_of(own),
                    system_version=system_version[:32],
                    expires_at=ends,
                    kept_until=ends,
                )
            )
        return IssuedChallenge(token=own, challenge=self._repeated(own))

    async def asked(self, token: str) -> OpenQuestion:
        """Return the question of a token, one try less. Raise AnswerRefused as `answer` does."""
        found = None
        if TOKEN.fullmatch(token):
            async with self._database.reading() as session:
                found = await enrolments.challenge_with_hash(session, hash_of(token))
        if found is None or found.challenge.organization_id != self._organization_id:
            raise AnswerRefused("There is no such question.", code="over")
        if found.challenge.answered_at is not None:
            raise AnswerRefused("This was answered before.", code="replayed")
        if found.challenge.expires_at <= now() or not found.owner.active:
            raise AnswerRefused("This question is over.", code="over")
        if found.challenge.tries >= MOST_TRIES:
            raise AnswerRefused("Too many answers to this question.", code="too_many")
        # Only here, since strangers who guess tokens must not keep anybody else waiting.
        if not self._allowance.take():
            raise AnswerRefused("Too many answers at once.", code="busy")
        async with self._database.writing() as session:
            since = now() - RESULT_LIFETIME
            added = await enrolments.answered(session, found.owner.id, since)
            if added >= MOST_A_DAY or not await enrolments.attempt(
                session, found.challenge.id, most=MOST_TRIES
            ):
                raise AnswerRefused("Too many answers.", code="too_many")
        return OpenQuestion(challenge=found.challenge, owner=found.owner, token=token)

    async def answer(self, asked: OpenQuestion, body: bytes) -> str:
        """
        Keep the device that answered, ask for its approval, and return the token of the result.

        Raise AnswerRefused with a code of `refusals.REFUSALS`; nothing is kept then.
        """
        told = await self._read(asked, body)
        async with self._database.writing() as session:
            # From here on there is no second answer, whatever becomes of this one.
            first = await enrolments.spend(session, asked.challenge.id, now())
        if not first:
            raise AnswerRefused("This was answered before.", code="replayed")
        logger.info(
            "A device answered.",
            extra={
                "challenge": asked.challenge.id,
                "verified": told.trust.verified,
                "issuer": told.trust.issuer,
            },
        )
        device_id = await self._kept(asked, told)
        result = random_token()
        async with self._database.writing() as session:
            until = now() + RESULT_LIFETIME
            await enrolments.conclude(
                session, asked.challenge.id, device_id, hash_of(result), until
            )
        return result

    async def result(self, token: str) -> EnrolmentOutcome | None:
        """Return what came of an answer, as it stands now; None for every reason alike."""
        if not TOKEN.fullmatch(token):
            return None
        async with self._database.reading() as session:
            found = await enrolments.challenge_with_result(session, hash_of(token))
        if found is None or found.challenge.device_id is None:
            return None
        if found.challenge.kept_until <= now():
            return None
        for one in await self._devices.those([found.challenge.device_id]):
            # Handed over meanwhile, it is no business of whoever added it.
            if one.tester_id == found.owner.id:
                return outcome_of(one)
        return None

    async def forget(self) -> None:
        """Drop links and questions that are over."""
        async with self._database.writing() as session:
            await enrolments.forget(session, now())

    async def _link(self, tester: Tester, by: Actor) -> str:
        async with self._database.writing() as session:
            held = await enrolments.newest_link(session, tester.id, now() + LINK_RENEWED)
            # One that was made with another key opens nothing any more.
            if held is not None and held.token_hash == hash_of(self._token(held.id)):
                return self._token(held.id)
            link_id = new_id()
            session.add(
                EnrolmentLink(
                    id=link_id,
                    organization_id=self._organization_id,
                    tester_id=tester.id,
                    token_hash=hash_of(self._token(link_id)),
                    created_by=by.reference,
                    expires_at=now() + LINK_LIFETIME,
                )
            )
        return self._token(link_id)

    async def _read(self, asked: OpenQuestion, body: bytes) -> DeviceAnswer:
        """Read an answer in a thread: it is small, and whoever sends it has a question of ours."""
        async with self._reading:
            try:
                return await asyncio.to_thread(
                    read_answer,
                    body,
                    challenge=self._repeated(asked.token),
                    policy=self._trust,
                    authorities=self._authorities,
                )
            except AnswerRefused as error:
                logger.info(
                    "The answer of a device was refused.",
                    extra={
                        "challenge": asked.challenge.id,
                        "code": error.code,
                        "issuer": error.data.get("issuer", ""),
                    },
                )
                raise

    async def _kept(self, asked: OpenQuestion, told: DeviceAnswer) -> str:
        """Return the id of the device that answered, kept for the person who was asked."""
        owner = _identity_of(asked.owner)
        by = person(owner, origin="enrolment page")
        try:
            claimed = await self._devices.claim(_claim(asked.challenge, told), owner, by)
        except NotAllowed as error:
            raise AnswerRefused(str(error), code="device_taken") from error
        except Unclear as error:
            raise AnswerRefused(str(error), code="person_left") from error
        try:
            await self._approvals.ask([claimed.sheet.id], by)
        except SlipwayError:
            # The device is kept, and the clock asks for those that were not asked for.
            logger.exception("No place was asked for.", extra={"device": claimed.sheet.id})
        return claimed.sheet.id

    def _token(self, link_id: str) -> str:
        return derived_token(self._secret_key, f"enrolment:{link_id}")

    def _repeated(self, token: str) -> str:
        """Return what a device has to repeat that answers at *token*: only the key tells."""
        return derived_token(self._secret_key, f"challenge:{token}")


def _claim(asked: EnrolmentChallenge, told: DeviceAnswer) -> Claim:
    looked = told.trust.distrust is not Distrust.UNCHECKED
    return Claim(
        udid=told.udid,
        name=told.name[:MOST_NAME],
        model=told.product,
        platform=MAC_OS if told.is_mac else IOS,
        system_version=asked.system_version,
        source=DeviceSource.ENROLLED,
        verified=told.trust.verified if looked else None,
    )


def _identity_of(tester: Tester) -> Identity:
    """Return by what a tester is known."""
    if tester.slack_id:
        return slack(tester.slack_id)
    assert tester.email  # A tester has one or the other.
    return email(tester.email)
