"""Teams at Apple: the API keys go in, are tried, and never come out again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cryptography import x509
from cryptography.x509.oid import NameOID

from provisioning.actors import Actor
from provisioning.appstore.client import AppStore, AppStores
from provisioning.appstore.errors import AppStoreError
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.codesign.structures import certificate as apple_certificate
from provisioning.devices.team_findings import UNREADABLE_CODE
from provisioning.devices.team_report import (
    AppleTeamCard,
    AppleTeamReport,
    those_here,
    those_there,
)
from provisioning.errors import NotNow, Unclear
from storage.catalog import apple_teams, audit, home_tabs, identities, registrations
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.records.apple_team import AppleTeam
from storage.records.audit import AuditEntry
from storage.records.base import new_id, now
from storage.records.identity import SigningIdentity
from storage.secrets import Place, Secrets, SecretUnreadable

TABLE, KEY_COLUMN = "apple_team", "sealed_key"

NO_TEAM = (
    "No team at Apple is connected. `slipway apple connect` or `/release apple connect` does that."
)
UNREADABLE = (
    "Its key was sealed with another secret key and cannot be opened any more. Connect it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamWords:
    """What people say of a team: its name, empty for what Apple calls it, and when it renews."""

    name: str = ""
    renews_on: date | None = None


NOTHING_SAID = TeamWords()


class AppleTeams:
    """Connects, lists and tries the teams of an organization."""

    def __init__(
        self, database: Database, secrets: Secrets, apple: AppStores, *, organization_id: str
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._apple = apple
        self._organization_id = organization_id

    async def connect(
        self, issuer_id: str, key_id: str, p8: bytes, by: Actor, said: TeamWords = NOTHING_SAID
    ) -> AppleTeamCard:
        """
        Keep the key of a team, once Apple has taken it.

        Raise NotNow when the team is connected with another key; KeyUnusable and the other errors
        of the App Store client when the key is of no use.
        """
        key = AppStoreKey.read(issuer_id=issuer_id, key_id=key_id, p8=p8)
        async with self._database.reading() as session:
            _require_same(await self._of(session, key), key)
        told = await self._try(key)
        async with self._database.writing() as session:
            record = await self._of(session, key)
            _require_same(record, key)  # Somebody may have been faster.
            if record is None:
                record = AppleTeam(
                    id=new_id(),
                    organization_id=self._organization_id,
                    issuer_id=key.issuer_id,
                    key_id=key.key_id,
                    sealed_key=b"",
                    created_by=by.reference,
                )
            record.name = said.name[:255] or record.name
            record.renews_on = said.renews_on or record.renews_on
            self._fill(session, record, key, p8, told)
            self._note(session, "apple.connected", record, by)
        return AppleTeamCard.of(record)

    async def rotate(self, issuer_id: str, key_id: str, p8: bytes, by: Actor) -> AppleTeamCard:
        """
        Put another key in the place of a team's, once Apple has taken it.

        Raise NotFound for a team that is not connected, else as `connect` does.
        """
        key = AppStoreKey.read(issuer_id=issuer_id, key_id=key_id, p8=p8)
        async with self._database.reading() as session:
            _require_known(await self._of(session, key))
        told = await self._try(key)
        async with self._database.writing() as session:
            record = _require_known(await self._of(session, key))
            self._fill(session, record, key, p8, told)
            self._note(session, "apple.rotated", record, by)
        return AppleTeamCard.of(record)

    async def renew_on(self, team: str, when: date, by: Actor) -> AppleTeamCard:
        """Keep when the membership of a team renews, named as `meant` takes it. Raise NotFound."""
        card = await self.meant(team)
        async with self._database.writing() as session:
            record = await apple_teams.get(session, self._organization_id, card.id)
            if record.renews_on != when:
                record.renews_on = when
                session.add(record)
                self._note(session, "apple.renewal", record, by, renews_on=when.isoformat())
        return AppleTeamCard.of(record)

    async def learn(self, row_id: str, certificate: bytes) -> AppleTeamCard:
        """Keep what a certificate (DER) of a team tells of it: its id, and its name without one."""
        told = _told_by(certificate)
        async with self._database.writing() as session:
            record = await apple_teams.get(session, self._organization_id, row_id)
            if told is not None:
                record.team_id = told.id[:32]
                record.name = record.name or told.name[:255]
                session.add(record)
        return AppleTeamCard.of(record)

    async def reach(self, row_id: str, *, by: Actor, purpose: str) -> AppStore:
        """
        Return the line to a team; that its key was used, by whom and for what, is noted.

        Raise NotFound; SecretUnreadable when another secret key has sealed it.
        """
        async with self._database.writing() as session:
            record = await apple_teams.get(session, self._organization_id, row_id)
            store = self._store(record)
            self._note(session, "apple.used", record, by, purpose=purpose)
        return store

    async def disconnect(self, team: str, by: Actor) -> AppleTeamCard:
        """Destroy the key of a team, named as `meant` takes it. Raise NotFound."""
        card = await self.meant(team)
        async with self._database.writing() as session:
            record = await apple_teams.of_issuer(session, self._organization_id, card.issuer_id)
            if record is not None:
                left = [device.id for _, device in await registrations.of_team(session, record.id)]
                await session.delete(record)
                self._note(session, "apple.disconnected", record, by)
                await session.flush()
                await home_tabs.stir_owners(session, left, now())
        return card

    async def every(self) -> list[AppleTeamCard]:
        """Return the teams, oldest first."""
        async with self._database.reading() as session:
            found = await apple_teams.every(session, self._organization_id)
        return [AppleTeamCard.of(record) for record in found]

    async def card(self, row_id: str) -> AppleTeamCard:
        """Return what may be shown of the team of a row. Raise NotFound."""
        async with self._database.reading() as session:
            return AppleTeamCard.of(await apple_teams.get(session, self._organization_id, row_id))

    async def meant(self, team: str) -> AppleTeamCard:
        """
        Return the team with this id or issuer id, in whatever case; of one alone, also for nothing.

        Raise NotFound, and Unclear when nothing was named and there are several.
        """
        cards = await self.every()
        if not cards:
            raise NotFound(NO_TEAM)
        if not team and len(cards) > 1:
            named = ", ".join(card.team_id or card.issuer_id for card in cards)
            raise Unclear(f"Say which team; there are {named}.")
        for card in cards:
            if not team or team.lower() in {card.team_id.lower(), card.issuer_id}:
                return card
        raise NotFound(
            f"No team {team[:60]} is connected. `slipway apple status` and `/release apple` show "
            "them all."
        )

    async def report(self) -> list[AppleTeamReport]:
        """Try the key of each team, and return what came of it."""
        async with self._database.reading() as session:
            found = await apple_teams.every(session, self._organization_id)
            kept = await identities.every(session, self._organization_id)
        return [await self._tried(record, kept) for record in found]

    async def store(self, row_id: str) -> AppStore:
        """
        Return the line to App Store Connect of the team with this row's id.

        Raise NotFound once it is disconnected, SecretUnreadable when its key cannot be opened.
        """
        async with self._database.reading() as session:
            record = await apple_teams.get(session, self._organization_id, row_id)
        return self._store(record)

    def _store(self, record: AppleTeam) -> AppStore:
        pem = self._secrets.open(record.sealed_key, _place(record.id))
        key = AppStoreKey.read(issuer_id=record.issuer_id, key_id=record.key_id, p8=pem)
        return self._apple.of(key)

    async def _tried(self, record: AppleTeam, kept: Sequence[SigningIdentity]) -> AppleTeamReport:
        card = AppleTeamCard.of(record)
        try:
            store = self._store(record)
        except SecretUnreadable:
            return AppleTeamReport(card=card, complaint=UNREADABLE, code=UNREADABLE_CODE)
        try:
            devices, certificates = await store.devices.list(), await store.certificates.list()
        except AppStoreError as error:
            complaint, code = str(error), error.code
            return AppleTeamReport(card=card, complaint=complaint, code=code, skew=store.skew)
        there = those_there(certificates)
        return AppleTeamReport(
            card=card,
            devices=len(devices),
            certificates=sum(not one.is_expired for one in certificates),
            rate=store.rate,
            skew=store.skew,
            there=there,
            here=those_here(card, kept, {one.fingerprint for one in there}),
        )

    async def _try(self, key: AppStoreKey) -> "_Told | None":
        """Return what tells the team once Apple has taken the key, None when nothing there does."""
        store = self._apple.of(key)
        await store.check()
        return await _team_of(store)

    def _fill(
        self,
        session: Session,
        record: AppleTeam,
        key: AppStoreKey,
        p8: bytes,
        told: "_Told | None",
    ) -> None:
        record.key_id = key.key_id
        if told is not None:
            record.team_id, record.name = told.id[:32], record.name or told.name[:255]
        record.sealed_key = self._secrets.seal(p8, _place(record.id))
        session.add(record)

    async def _of(self, session: Session, key: AppStoreKey) -> AppleTeam | None:
        return await apple_teams.of_issuer(session, self._organization_id, key.issuer_id)

    def _note(
        self, session: Session, action: str, record: AppleTeam, by: Actor, **detail: str
    ) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action=action,
            subject_id=record.id,
            detail={"team": record.team_id, "key": record.key_id, **detail},
        )
        audit.add(session, entry)


def _require_same(known: AppleTeam | None, key: AppStoreKey) -> None:
    if known is not None and known.key_id != key.key_id:
        raise NotNow(
            f"This team is connected already, with the key {known.key_id}. `slipway apple rotate` "
            "or `/release apple rotate` puts another key in its place."
        )


def _require_known(known: AppleTeam | None) -> AppleTeam:
    if known is None:
        raise NotFound(
            "No team with this issuer id is connected. `slipway apple connect` does that."
        )
    return known


async def rotate(database: Database, secrets: Secrets) -> int:
    """
    Wrap the key of every team, of all organizations, with the current key of *secrets*.

    Return how many there were. All are done or none. Raise SecretUnreadable when one was sealed by
    a key that is neither the current nor a former one.
    """
    async with database.writing() as session:
        found = await apple_teams.every(session)
        for record in found:
            record.sealed_key = secrets.rotate(record.sealed_key, _place(record.id))
            session.add(record)
    return len(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a certificate tells of its team."""

    id: str
    name: str


async def _team_of(store: AppStore) -> _Told | None:
    """
    Return the team as its certificates tell it, None when it has none.

    The prefix of an App ID would be a guess: old ones have another than the team's id.
    """
    found = (_told_by(one.content or b"") for one in await store.certificates.list())
    return next((told for told in found if told is not None), None)


def _told_by(certificate: bytes) -> _Told | None:
    try:
        # Its key may be of a kind that the library does not know: only the name matters.
        subject = x509.load_der_x509_certificate(certificate).subject
    except apple_certificate.UNREADABLE:
        return None
    units = subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    names = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if not units:
        return None
    return _Told(id=str(units[0].value), name=str(names[0].value) if names else "")


def called(team: AppleTeam) -> str:
    """Return what people call a team: its name, else its id at Apple, else its issuer id."""
    return team.name or team.team_id or team.issuer_id


def _place(row_id: str) -> Place:
    return Place(table=TABLE, row_id=row_id, column=KEY_COLUMN)
