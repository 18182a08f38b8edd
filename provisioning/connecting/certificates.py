"""The certificate with which Slipway signs for a team: made here, or brought as a p12."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from provisioning.actors import Actor
from provisioning.appstore.client import AppStore
from provisioning.appstore.errors import (
    AccessDenied,
    AgreementsMissing,
    AnswerSenseless,
    CertificateLimitReached,
)
from provisioning.appstore.resources.certificates import AppleCertificate
from provisioning.codesign.identity.identity import Identity
from provisioning.devices.team_findings import AT_THE_LIMIT, ENDS_SOON, listed
from provisioning.devices.team_report import (
    DISTRIBUTION,
    AppleTeamCard,
    CertificateThere,
    those_there,
)
from provisioning.devices.teams import AppleTeams
from provisioning.errors import NotNow, Unclear
from provisioning.signing.identities import Identities, IdentityCard
from provisioning.wording import day
from storage.records.base import now

TOO_SMALL = (
    "Apple does not let this key ask for a certificate for distribution: that takes the role "
    "Admin. Put a key with that role in its place, or bring the p12 of a certificate."
)
NOT_LISTED = (
    "Apple does not list this certificate for the team: it was revoked, or it is another team's."
)
NOT_FOR_TESTERS = (
    "This is a certificate for development. What testers install is signed with one for "
    "distribution: Apple Distribution, or iPhone Distribution."
)


class CertificatesFull(NotNow):
    """The team has as many certificates for distribution as Apple allows."""

    #: `data["there"]` names them, each with until when it holds.
    code = "apple_certificates_full"

    @classmethod
    def of(cls, there: tuple[CertificateThere, ...]) -> "CertificatesFull":
        named = [
            {"name": one.name, "until": day(one.expires_at) if one.expires_at else "unknown"}
            for one in there
        ]
        sentence = f"Apple issues no further certificate to the team. It has {listed(there)}."
        return cls(f"{sentence} {AT_THE_LIMIT}", there=named)


class TeamCertificates:
    """Gets a team the certificate that Slipway signs with. Each way raises AppStoreError, too."""

    def __init__(self, teams: AppleTeams, identities: Identities) -> None:
        self._teams = teams
        self._identities = identities
        self._turn = asyncio.Lock()

    async def make(self, row_id: str, by: Actor) -> IdentityCard:
        """
        Make a key that nobody sees, and have Apple certify it.

        One that is here and holds for a while is returned: each counts against Apple's limit. What
        was begun and not ended is gone on with. Raise NotFound; CertificatesFull at Apple's limit;
        NotNow when the key may not.
        """
        store = await self._teams.reach(row_id, by=by, purpose="ask for a certificate")
        # Two at once would ask for two certificates of the few there are.
        async with self._turn:
            made = await self._known(await store.certificates.list(), after=now() + ENDS_SOON)
            if made is None:
                made = await self._issued(store, await self._teams.card(row_id), by)
        card, certificate = made
        await self._teams.learn(row_id, certificate)
        return card

    async def bring(self, row_id: str, p12: bytes, password: str, by: Actor) -> IdentityCard:
        """
        Keep the identity of a p12 file, once Apple lists its certificate for the team.

        Raise NotFound; Unclear for what is no such file, a wrong password, and a certificate that
        is not the team's or for another purpose.
        """
        try:
            identity = await self._identities.read_p12(p12, password)
        except Unclear as refusal:
            raise Unclear(str(refusal), field="p12") from refusal
        store = await self._teams.reach(row_id, by=by, purpose="look for a certificate")
        _require_listed(identity, await store.certificates.list())
        kept = await self._identities.keep(identity, by)
        await self._teams.learn(row_id, identity.der)
        return kept

    async def _issued(
        self, store: AppStore, team: AppleTeamCard, by: Actor
    ) -> tuple[IdentityCard, bytes]:
        name = f"Slipway for {team.issuer_id}"
        asked = await self._identities.waiting(name)
        if asked is None:
            asked = await self._identities.request(name, by)
        try:
            issued = await store.certificates.issue(asked.request.encode())
        except CertificateLimitReached as limit:
            there = those_there(await store.certificates.list())
            raise CertificatesFull.of(there) from limit
        except AgreementsMissing:
            raise
        except AccessDenied as denied:
            raise NotNow(TOO_SMALL) from denied
        if issued.content is None:
            raise AnswerSenseless
        return await self._identities.complete(asked.id, issued.content, by), issued.content

    async def _known(
        self, there: Sequence[AppleCertificate], *, after: datetime
    ) -> tuple[IdentityCard, bytes] | None:
        """Return an identity whose certificate Apple lists and that holds *after* a time."""
        wanted = {one.fingerprint: one for one in those_there(there)}
        contents = {one.fingerprint: one.content for one in there}
        for card in await self._identities.able(wanted.keys()):
            content = contents.get(card.fingerprint or "")
            if content is not None and card.expires_at is not None and card.expires_at > after:
                return card, content
        return None


def _require_listed(identity: Identity, there: Sequence[AppleCertificate]) -> None:
    found = next((one for one in there if one.fingerprint == identity.fingerprint), None)
    if found is None:
        raise Unclear(NOT_LISTED, field="p12")
    if DISTRIBUTION not in found.type:
        raise Unclear(NOT_FOR_TESTERS, field="p12")
    if found.is_expired:
        raise Unclear(f"This certificate ended on {day(identity.expires_at)}.", field="p12")
