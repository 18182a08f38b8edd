"""Reading: cards of uploads, releases and recipients, as the records have them now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from provisioning.releases.cards import (
    ActCard,
    AppChoice,
    BuildCard,
    CardPlace,
    Disabling,
    GroupChip,
    PendingLine,
    RecipientCard,
    ReleaseCard,
    ReturnCard,
    SiblingLine,
    SymbolsCard,
    TermsLine,
    Unreached,
    UploadCard,
    build_card,
    version_of,
)
from provisioning.releases.demands import demand_for, demands, terms_of
from provisioning.releases.lifecycle import Standing, is_current, standing, standing_of
from provisioning.releases.policy import MandatoryTerms
from provisioning.releases.recalled import recall_cards
from provisioning.releases.titles import ReleaseTitle, title_of_row
from provisioning.releases.verification import registration_warning
from storage.catalog import (
    apple_teams,
    apps,
    builds,
    destinations,
    distributions,
    groups,
    pending_orders,
    products,
    recalls,
    recipients,
    releases,
    symbols,
    tracks,
    uploads,
    variants,
)
from storage.catalog.database import Database, Session
from storage.errors import NotFound
from storage.inspection.diff import Change, compare
from storage.inspection.facts import Facts, system_of
from storage.records.base import now
from storage.records.build import Build
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
    Target,
)
from storage.records.pending_order import PendingOrder
from storage.records.release import NotesKind, Release, ReleaseState
from storage.records.upload import Upload, UploadState

#: A card names at most so many of those who could not be told.
NAMED = 30
#: Whoever stands so has heard nothing of it yet.
_UNHEARD = frozenset({RecipientState.HELD, RecipientState.UNREACHABLE})
#: Among so many of an app's newest releases one is looked for that is not disabled.
NEWEST = 5


class Cards:
    """Answers what is to be shown now, of one thing at a time."""

    def __init__(self, database: Database, *, organization_id: str) -> None:
        self._database = database
        self._organization_id = organization_id

    async def upload(self, upload_id: str) -> UploadCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            upload = await uploads.get(session, upload_id)
            release = await _release(session, upload.release_id) if upload.release_id else None
            build = await builds.get(session, upload.build_id) if upload.build_id else None
            shown = await _in_full(session, build) if build else None
            if release is not None and shown is not None:
                release = replace(release, build=shown)
            return UploadCard(
                upload_id=upload.id,
                key=upload.key,
                state=upload.state,
                reason=upload.reason,
                file_name=upload.file_name,
                entry=str(upload.source_ref.get("entry", "")),
                size=upload.size,
                received_bytes=upload.received_bytes,
                by=upload.created_by,
                quiet=upload.quiet,
                again=upload.again,
                notes=upload.notes,
                notes_kind=upload.notes_kind,
                places=tuple(
                    CardPlace(teller=p.teller, address=p.address, thread=p.thread, gone=p.gone)
                    for p in await uploads.places(session, [upload.id])
                ),
                build=shown,
                symbols=await _symbols(session, upload),
                release=release,
                choices=await self._choices(session, upload, build, release),
            )

    async def release(self, release_id: str) -> ReleaseCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            return await _release(session, release_id)

    async def announced(self, release_id: str, address: str) -> ReleaseCard:
        """
        Return a release as it is announced at a place of some groups, with the notes they read.

        Raise NotFound.
        """
        async with self._database.reading() as session:
            card = await _release(session, release_id)
            rows = await destinations.of_releases(session, [release_id])
            own = {row.target_id: row for row in rows if row.notes is not None}
            heard = await groups.channels(session, list(own)) if own else ()
        there = [own[one.group_id] for one in heard if one.channel_id == address]
        last = max(there, key=lambda row: (row.since, row.id), default=None)
        if last is None:
            return card
        return replace(card, notes=last.notes or "", notes_kind=NotesKind.MARKDOWN)

    async def recipient(self, recipient_id: str) -> RecipientCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            found = await recipients.in_full(session, recipient_id)
            recipient, act, tester, release, app, build = found
            own = await destinations.notes_of(session, recipient.destination_id)
            aim = await destinations.target_of(session, act.id, recipient.destination_id)
            back, replaced = await _back_of(session, act, aim)
            beside = await tracks.beside(session, app, tester.id)
            demanded = await demands(session, [app.id], [tester.id], at=now())
        return RecipientCard(
            recipient_id=recipient.id,
            distribution_id=act.id,
            tester=tester,
            state=recipient.state,
            demand=demand_for(demanded, (app.id, tester.id), release.id),
            by=act.requested_by,
            release_id=release.id,
            app_display_name=app.display_name,
            notes=release.notes if own is None else own,
            notes_kind=release.notes_kind if own is None else NotesKind.MARKDOWN,
            is_disabled=not release.enabled,
            build=build_card(build),
            back=back,
            replaced=replaced,
            beside=tuple(beside),
            joint_id=act.joint_id,
            is_late=act.state is DistributionState.DONE,
        )

    async def halves(self, card: RecipientCard) -> list[RecipientCard]:
        """
        Return what the same person was given by the same click, a card for each release.

        Its own is among them, and what was taken back; what they cannot be told yet is not.
        """
        if card.joint_id is None:
            return [card]
        async with self._database.reading() as session:
            shares = await products.shares_of(session, card.joint_id, card.tester.id)
            acts = await products.acts_of(session, card.joint_id)
        signing = {act.id for act in acts if act.state is DistributionState.SIGNING}
        best: dict[str, Recipient] = {}
        for one in shares:
            waits = one.state in _UNHEARD or (
                one.state is RecipientState.WAITING and one.distribution_id in signing
            )
            if waits and one.id != card.recipient_id:
                continue
            there = best.get(one.release_id)
            if there is None or there.state is RecipientState.WITHDRAWN:
                best[one.release_id] = one
        return [await self.recipient(one.id) for one in best.values()]

    async def joint(self, joint_id: str) -> list[str]:
        """Return the ids of the releases that one click gave people, the first one first."""
        async with self._database.reading() as session:
            acts = await products.acts_of(session, joint_id)
        first = [act.release_id for act in acts if act.id == joint_id]
        return list(dict.fromkeys([*first, *(act.release_id for act in acts)]))

    async def title(self, release_id: str) -> ReleaseTitle:
        """Return what a release is called. Raise NotFound."""
        async with self._database.reading() as session:
            found = await releases.versions(session, [release_id])
        if release_id not in found:
            raise NotFound("There is no such release.")
        return title_of_row(found[release_id])

    async def siblings(self, release_id: str) -> list[str]:
        """Return the ids of the releases of the same version in the other apps of a product."""
        async with self._database.reading() as session:
            _, app, build, _ = await releases.in_full(session, release_id)
            found = await products.siblings(session, app, build.version)
        return [one.release_id for one in found if one.release_id is not None]

    async def distribution(self, distribution_id: str) -> tuple[ActCard, ReleaseCard]:
        """Return one act of distributing with its release. Raise NotFound."""
        async with self._database.reading() as session:
            act = await distributions.get(session, distribution_id)
            card = await _release(session, act.release_id)
        return next(a for a in card.acts if a.distribution_id == distribution_id), card

    async def uploads_of(self, release_id: str) -> list[str]:
        """Return the ids of the uploads that led to a release."""
        async with self._database.reading() as session:
            return [upload.id for upload in await uploads.of_releases(session, [release_id])]

    async def upload_of_key(self, key: str) -> str | None:
        """Return the id of the upload that is known at its source by *key*."""
        async with self._database.reading() as session:
            upload = await uploads.of_key(session, key)
        return upload.id if upload else None

    async def told_of(self, tester_id: str, release_ids: Collection[str]) -> list[str]:
        """Return the ids of a tester's recipients of releases who were told."""
        async with self._database.reading() as session:
            return list(await recipients.told_of(session, tester_id, release_ids))

    async def channels(self, distribution_id: str) -> list[str]:
        """Return the channels of the groups that an act was for, where we can post."""
        async with self._database.reading() as session:
            rows = await destinations.of_distributions(session, [distribution_id])
            ids = [row.target_id for _, row in rows if row.kind is DestinationKind.GROUP]
            connected = await groups.channels(session, ids)
        return list(dict.fromkeys(c.channel_id for c in connected if not c.broken))

    async def predecessors(self, release_id: str) -> list[str]:
        """Return the ids of the releases whose place a release took, anywhere."""
        async with self._database.reading() as session:
            return list(await destinations.superseded_by(session, release_id))

    async def recalled_by(self, recall_id: str) -> str:
        """Return the id of the release that a recall took back. Raise NotFound."""
        async with self._database.reading() as session:
            return (await recalls.get(session, recall_id)).release_id

    async def is_icon(self, sha256: str) -> bool:
        """Return whether a blob is the icon of some build."""
        async with self._database.reading() as session:
            return await builds.is_icon(session, sha256)

    async def _choices(
        self, session: Session, upload: Upload, build: Build | None, own: ReleaseCard | None
    ) -> tuple[AppChoice, ...]:
        """Return the apps that a build without one may belong to, and that a draft may move to."""
        if build is None or upload.state is not UploadState.KEPT or not build.bundle_id:
            return ()
        if own is not None and own.state is not ReleaseState.DRAFT:
            return ()
        found = await apps.of_package(
            session, self._organization_id, build.platform, build.bundle_id
        )
        return tuple(
            AppChoice(app_id=app.id, name=app.name, display_name=app.display_name)
            for app in found
            if own is None or app.id != own.app_id
        )


async def _release(session: Session, release_id: str) -> ReleaseCard:
    release, app, build, usual, tagged = await releases.shown(session, release_id)
    before = await builds.before(session, release)
    found, waiting = await pending_orders.beside(session, release, app, build.version)
    halves = [one.release_id for one in found if one.release_id is not None]
    every = await destinations.named(session, [release_id, *halves])
    sent = [(row, name) for row, name in every if row.release_id == release_id]
    siblings = _lines(found, every)
    counted = await recipients.counts(session, [release_id])
    counts = counted.get(release_id, {})
    given = [row for row, _ in sent]
    stands = standing_of(release, given)
    return ReleaseCard(
        release_id=release.id,
        number=release.number,
        revision=release.revision,
        state=release.state,
        standing=stands,
        notes=release.notes,
        notes_kind=release.notes_kind,
        tags=tagged,
        disabling=_disabling(release),
        created_by=release.created_by,
        created_at=release.created_at,
        published_by=release.published_by,
        published_at=release.published_at,
        ended_by=release.ended_by,
        ended_why=release.ended_why,
        app_id=app.id,
        app_name=app.name,
        app_display_name=app.display_name,
        build=build_card(build),
        previous=version_of(before.version, before.build) if before else None,
        changes=_changes(before, build),
        usual_group=GroupChip(id=usual.id, name=usual.name) if usual else None,
        groups=_chips([(row, name) for row, name in sent if row.recalled_at is None]),
        acts=await _acts(session, release_id, sent),
        recalls=await recall_cards(session, release, counts),
        counts=counts,
        unreached=await _unreached(session, release_id, counts),
        held=await _held(session, release_id, counts),
        mandatory=_terms(sent),
        successor=await _successor(session, stands, given),
        newer=await _newer(session, release),
        unregistered=registration_warning(app, Facts(**build.facts)),
        siblings=siblings,
        pending=tuple(_pending(*one, siblings) for one in waiting),
    )


def _lines(
    siblings: Sequence[products.Sibling], sent: Sequence[tuple[Destination, str | None]]
) -> tuple[SiblingLine, ...]:
    """Return how the same version stands in the other apps of a product."""
    return tuple(
        _sibling(one, [row for row, _ in sent if row.release_id == one.release_id])
        for one in siblings
    )


def _pending(
    order: PendingOrder, names: Mapping[str, str], siblings: Sequence[SiblingLine]
) -> PendingLine:
    """Return that a release waits for those of its siblings that are not here."""
    awaited = tuple(one.platform for one in siblings if _is_awaited(one, order))
    return PendingLine(
        order_id=order.id,
        turn=order.turn,
        by=order.requested_by,
        at=order.created_at,
        due_at=order.due_at,
        version=order.version,
        platforms=awaited or tuple(order.platforms),
        groups=tuple(
            GroupChip(id=one, name=names[one])
            for one in order.wish.get("groups", ())
            if one in names
        ),
        singles=len(order.wish.get("people", ())),
    )


def _is_awaited(sibling: SiblingLine, order: PendingOrder) -> bool:
    """Return whether an order waits for a release of a sibling's app."""
    return sibling.app_id in order.app_ids and not sibling.is_here


def _sibling(one: products.Sibling, sent: Sequence[Destination]) -> SiblingLine:
    line = SiblingLine(
        app_id=one.app_id,
        app_name=one.app_name,
        app_display_name=one.app_display_name,
        platform=system_of(one.platform, ()),
    )
    if one.release_id is None or one.state is None:
        return line
    rows = [row for row in sent if row.recalled_at is None]
    return replace(
        line,
        release_id=one.release_id,
        number=one.number or 0,
        label=version_of(one.version, one.build),
        standing=standing(
            one.state,
            current=sum(map(is_current, rows)),
            destinations=len(rows),
            enabled=bool(one.enabled),
        ),
    )


def _disabling(release: Release) -> Disabling | None:
    if release.enabled or release.disabled_by is None or release.disabled_at is None:
        return None
    return Disabling(by=release.disabled_by, at=release.disabled_at, because=release.disabled_why)


def _terms(sent: Sequence[tuple[Destination, str | None]]) -> tuple[TermsLine, ...]:
    """Return on which terms a release is mandatory where, those that begin first first."""
    rows = [(row, name) for row, name in sent if row.recalled_at is None]
    found: dict[MandatoryTerms, list[tuple[Destination, str | None]]] = {}
    for row, name in rows:
        if (terms := terms_of(row)) is not None:
            found.setdefault(terms, []).append((row, name))
    return tuple(
        TermsLine(
            terms=terms,
            groups=_chips(own),
            singles=sum(row.kind is DestinationKind.TESTER for row, _ in own),
            everywhere=len(own) == len(rows),
        )
        for terms, own in sorted(found.items(), key=lambda item: (item[0].since, item[0].due))
    )


def _chips(sent: Sequence[tuple[Destination, str | None]]) -> tuple[GroupChip, ...]:
    return tuple(
        GroupChip(id=row.target_id, name=name or "a deleted group")
        for row, name in sent
        if row.kind is DestinationKind.GROUP
    )


async def _acts(
    session: Session, release_id: str, sent: Sequence[tuple[Destination, str | None]]
) -> tuple[ActCard, ...]:
    acts: dict[str, Distribution] = {}
    about: dict[str, dict[str, Target]] = {}
    for act, aim in await distributions.with_targets(session, release_id):
        acts[act.id] = act
        if aim is not None:
            about.setdefault(act.id, {})[aim.destination_id] = aim
    backs = await _backs(session, release_id, acts, about)
    return tuple(
        _act(
            act,
            [(row, name) for row, name in sent if row.id in about.get(act.id, ())],
            backs.get(act.id),
        )
        for act in acts.values()
    )


async def _backs(
    session: Session,
    release_id: str,
    acts: Mapping[str, Distribution],
    about: Mapping[str, Mapping[str, Target]],
) -> dict[str, ReturnCard]:
    """Return what those acts did that made a release current again; of the last one, whom not."""
    returning = [one for one in acts if any(aim.returns for aim in about.get(one, {}).values())]
    if not returning:
        return {}
    replaced = {
        one: sorted({aim.replaces for aim in about[one].values() if aim.replaces})
        for one in returning
    }
    labels = await releases.versions(session, {one for ids in replaced.values() for one in ids})
    counted = await recipients.counts_of_acts(session, returning)
    missed = await recipients.unreached_by(session, release_id, returning[-1], limit=NAMED)
    return {
        one: ReturnCard(
            replaced=" and ".join(
                version_of(labels[i].version, labels[i].build) for i in replaced[one]
            ),
            replaced_ids=tuple(replaced[one]),
            because=acts[one].because,
            people=sum(counted.get(one, {}).values()),
            told=counted.get(one, {}).get(RecipientState.TOLD, 0),
            unreached=counted.get(one, {}).get(RecipientState.UNREACHABLE, 0),
            missed=tuple(Unreached(name=name, reason=why) for name, why in missed)
            if one == returning[-1]
            else (),
        )
        for one in returning
    }


async def _back_of(
    session: Session, act: Distribution, aim: Target | None
) -> tuple[ReturnCard | None, Facts | None]:
    """Return to what one person goes back by an act, and from which facts."""
    if aim is None or not (aim.returns or aim.replaces):
        return None, None
    there = await builds.of_releases(session, [aim.replaces] if aim.replaces else [])
    build = there.get(aim.replaces or "")
    label = version_of(build.version, build.build) if build else ""
    card = ReturnCard(
        replaced=label,
        replaced_ids=(aim.replaces,) if aim.replaces else (),
        because=act.because,
    )
    return card, Facts(**build.facts) if build else None


def _act(
    act: Distribution,
    sent: Sequence[tuple[Destination, str | None]],
    back: ReturnCard | None,
) -> ActCard:
    return ActCard(
        distribution_id=act.id,
        by=act.requested_by,
        at=act.created_at,
        groups=_chips(sent),
        singles=sum(row.kind is DestinationKind.TESTER for row, _ in sent),
        mandatory=act.mandatory,
        notify=act.notify,
        state=act.state,
        shortfall=act.shortfall,
        reason=act.reason,
        joins=act.joins,
        back=back,
        joint_id=act.joint_id,
    )


async def _unreached(
    session: Session, release_id: str, counts: dict[RecipientState, int]
) -> tuple[Unreached, ...]:
    """Return the first of those who could not be told in any way, by name."""
    if not counts.get(RecipientState.UNREACHABLE):
        return ()
    rows = await recipients.unreached(session, release_id, limit=NAMED)
    return tuple(Unreached(name=name, reason=reason) for name, reason in rows)


async def _held(
    session: Session, release_id: str, counts: dict[RecipientState, int]
) -> tuple[Unreached, ...]:
    """Return the first of those who wait until it is signed for their phone, by name."""
    if not counts.get(RecipientState.HELD):
        return ()
    rows = await recipients.held_by_name(session, release_id, limit=NAMED)
    return tuple(Unreached(name=name, reason=reason) for name, reason in rows)


async def _successor(
    session: Session, stands: Standing, rows: Collection[Destination]
) -> str | None:
    """Return the version of the newest release that took the place of a superseded one."""
    if stands is not Standing.SUPERSEDED:
        return None
    ids = {row.superseded_by for row in rows if row.superseded_by}
    newest = await releases.newest_version(session, ids)
    return version_of(*newest) if newest else None


async def _newer(session: Session, release: Release) -> str | None:
    """Return the version of the app's newest live release, unless it is this one or older."""
    newest = await releases.newest_live(session, release.app_id, limit=NEWEST)
    enabled = next((row for row in newest if row.enabled), None)
    if enabled is None or enabled.number <= release.number:
        return None
    return version_of(enabled.version, enabled.build)


async def _symbols(session: Session, upload: Upload) -> SymbolsCard | None:
    if upload.symbols_id is None:
        return None
    found, build = await symbols.with_version(session, upload.symbols_id)
    return SymbolsCard(
        kind=found.kind,
        file_name=found.file_name,
        size=found.size,
        version=version_of(*build) if build else None,
    )


async def _in_full(session: Session, build: Build) -> BuildCard:
    """Return the card of a build with what is known of signing it again, where that matters."""
    card = build_card(build)
    if build.sha256 is None or not card.facts.names_devices:
        return card
    return replace(
        card,
        refusal=await variants.refusal_of(session, build.id, build.sha256),
        teams=await apple_teams.connected(session, build.organization_id),
    )


def _changes(before: Build | None, build: Build) -> tuple[Change, ...]:
    if before is None or build.link is not None:
        return ()
    return tuple(compare(Facts(**before.facts), Facts(**build.facts)))
