"""Teams at Apple: the API keys go in, are tried, and never come out again."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from provisioning.actors import Actor
from provisioning.appstore.client import AppStore, AppStores
from provisioning.appstore.errors import AppStoreError
from provisioning.appstore.wire.key import AppStoreKey
from provisioning.appstore.wire.rate import RateReading
from provisioning.errors import NotNow
from storage.catalog import apple_teams, audit
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.records.apple_team import AppleTeam
from storage.records.audit import AuditEntry
from storage.records.base import new_id
from storage.secrets import Place, Secrets, SecretUnreadable

TABLE, KEY_COLUMN = "apple_team", "sealed_key"

UNREADABLE = (
    "Its key was sealed with another secret key and cannot be opened any more. Connect it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleTeamCard:
    """What may be shown of a team. `team_id` is empty until something at Apple has told it."""

    id: str
    issuer_id: str
    team_id: str
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleTeamReport:
    """
    How a team's key does just now.

    `complaint` is a sentence, empty when all is well; else the figures are None. `skew` says how
    far Apple's clock is ahead of this machine's.
    """

    card: AppleTeamCard
    complaint: str = ""
    devices: int | None = None
    certificates: int | None = None
    rate: RateReading | None = None
    skew: timedelta = timedelta()


class AppleTeams:
    """Connects, lists and tries the teams of an organization."""

    def __init__(
        self, database: Database, secrets: Secrets, apple: AppStores, *, organization_id: str
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._apple = apple
        self._organization_id = organization_id

    async def connect(self, issuer_id: str, key_id: str, p8: bytes, by: Actor) -> AppleTeamCard:
        """
        Keep the key of a team, once Apple has taken it.

        Raise NotNow when the team is connected with another key; KeyUnusable and the other errors
        of the App Store client when the key is of no use.
        """
        key = AppStoreKey.read(issuer_id=issuer_id, key_id=key_id, p8=p8)
        async with self._database.reading() as session:
            _require_same(await self._of(session, key), key)
        team_id = await self._try(key)
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
            self._fill(session, record, key, p8, team_id)
            self._note(session, "apple.connected", record, by)
        return _card(record)

    async def rotate(self, issuer_id: str, key_id: str, p8: bytes, by: Actor) -> AppleTeamCard:
        """
        Put another key in the place of a team's, once Apple has taken it.

        Raise NotFound for a team that is not connected, else as `connect` does.
        """
        key = AppStoreKey.read(issuer_id=issuer_id, key_id=key_id, p8=p8)
        async with self._database.reading() as session:
            _require_known(await self._of(session, key))
        team_id = await self._try(key)
        async with self._database.writing() as session:
            record = _require_known(await self._of(session, key))
            self._fill(session, record, key, p8, team_id)
            self._note(session, "apple.rotated", record, by)
        return _card(record)

    async def disconnect(self, team: str, by: Actor) -> AppleTeamCard:
        """Destroy the key of a team, named as `meant` takes it. Raise NotFound."""
        card = await self.meant(team)
        async with self._database.writing() as session:
            record = await apple_teams.of_issuer(session, self._organization_id, card.issuer_id)
            if record is not None:
                await session.delete(record)
                self._note(session, "apple.disconnected", record, by)
        return card

    async def every(self) -> list[AppleTeamCard]:
        """Return the teams, oldest first."""
        async with self._database.reading() as session:
            found = await apple_teams.every(session, self._organization_id)
        return [_card(record) for record in found]

    async def meant(self, team: str) -> AppleTeamCard:
        """Return the team with this id or issuer id, in whatever case. Raise NotFound."""
        for card in await self.every():
            if team and team.lower() in {card.team_id.lower(), card.issuer_id}:
                return card
        raise NotFound(f"No team {team} is connected. `slipway apple status` shows them all.")

    async def report(self) -> list[AppleTeamReport]:
        """Try the key of each team, and return what came of it."""
        async with self._database.reading() as session:
            found = await apple_teams.every(session, self._organization_id)
        return [await self._tried(record) for record in found]

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

    async def _tried(self, record: AppleTeam) -> AppleTeamReport:
        card = _card(record)
        try:
            store = self._store(record)
            devices, certificates = await store.devices.list(), await store.certificates.list()
        except SecretUnreadable:
            return AppleTeamReport(card=card, complaint=UNREADABLE)
        except AppStoreError as error:
            return AppleTeamReport(card=card, complaint=str(error))
        return AppleTeamReport(
            card=card,
            devices=len(devices),
            certificates=sum(not one.is_expired for one in certificates),
            rate=store.rate,
            skew=store.skew,
        )

    async def _try(self, key: AppStoreKey) -> str:
        """Return the team's id once Apple has taken the key, empty when nothing there tells it."""
        store = self._apple.of(key)
        await store.check()
        return await _team_of(store)

    def _fill(
        self, session: Session, record: AppleTeam, key: AppStoreKey, p8: bytes, team_id: str
    ) -> None:
        record.key_id, record.team_id = key.key_id, team_id or record.team_id
        record.sealed_key = self._secrets.seal(p8, _place(record.id))
        session.add(record)

    async def _of(self, session: Session, key: AppStoreKey) -> AppleTeam | None:
        return await apple_teams.of_issuer(session, self._organization_id, key.issuer_id)

    def _note(self, session: Session, action: str, record: AppleTeam, by: Actor) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action=action,
            subject_id=record.id,
            detail={"team": record.team_id, "key": record.key_id},
        )
        audit.add(session, entry)


def _require_same(known: AppleTeam | None, key: AppStoreKey) -> None:
    if known is not None and known.key_id != key.key_id:
        raise NotNow(
            f"This team is connected already, with the key {known.key_id}. `slipway apple rotate` "
            "puts another key in its place."
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


async def _team_of(store: AppStore) -> str:
    """
    Return the team's id as its certificates tell it, empty when it has none.

    The prefix of an App ID would be a guess: old ones have another than the team's id.
    """
    for certificate in await store.certificates.list():
        try:
            subject = x509.load_der_x509_certificate(certificate.content or b"").subject
        except ValueError:
            continue
        for unit in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
            return str(unit.value)
    return ""


def called(team: AppleTeam) -> str:
    """Return what people call a team: its id at Apple, or its issuer id before that is known."""
    return team.team_id or team.issuer_id


def _place(row_id: str) -> Place:
    return Place(table=TABLE, row_id=row_id, column=KEY_COLUMN)


def _card(record: AppleTeam) -> AppleTeamCard:
    return AppleTeamCard(
        id=record.id,
        issuer_id=record.issuer_id,
        team_id=record.team_id,
        key_id=record.key_id,
    )
