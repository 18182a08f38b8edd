"""What people are shown of recalls, as the records have them now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provisioning.releases.cards import (
    BuildCard,
    GroupChip,
    RecallCard,
    Unreached,
    build_card,
    version_of,
)
from storage.catalog import groups, recalls, recipients, releases, testers
from storage.catalog.database import Database, Session
from storage.inspection.facts import Facts
from storage.records.build import Build
from storage.records.distribution import RecipientState
from storage.records.recall import NoticeState, Recall
from storage.records.release import Release, ReleaseState
from storage.records.tester import Tester

#: A report names at most so many of those who could not be told.
NAMED = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class InsteadCard:
    """A release that somebody is to install in the place of one that was taken back."""

    release_id: str
    label: str
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCard:
    """What somebody reads who may have on a phone what was taken back."""

    notice_id: str
    tester: Tester
    app_display_name: str
    build: BuildCard
    by: str
    because: str
    instead: InsteadCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnCard:
    """What stands where somebody's link was."""

    tester: Tester
    app_display_name: str
    build: BuildCard
    because: str


class RecallCards:
    """Answers what is to be shown now of a recall."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def notice(self, notice_id: str) -> NoticeCard:
        """Raise NotFound."""
        async with self._database.reading() as session:
            notice = await recalls.notice(session, notice_id)
            recall = await recalls.get(session, notice.recall_id)
            tester = await testers.get(session, notice.tester_id)
            release, app, build, _ = await releases.in_full(session, recall.release_id)
            newest = await releases.newest_of_tester(session, app.id, tester.id)
        return NoticeCard(
            notice_id=notice.id,
            tester=tester,
            app_display_name=app.display_name,
            build=build_card(build),
            by=recall.requested_by,
            because=recall.because,
            # Meanwhile they may have been given the same release anew.
            instead=_instead(*newest) if newest and newest[0].id != release.id else None,
        )

    async def one(self, recall_id: str) -> RecallCard:
        """Return an act of taking a release back, and how it went so far. Raise NotFound."""
        async with self._database.reading() as session:
            return (await _cards(session, [await recalls.get(session, recall_id)]))[0]

    async def withdrawn(self, recipient_id: str) -> WithdrawnCard | None:
        """Return what became of somebody's link, None while it holds. Raise NotFound."""
        async with self._database.reading() as session:
            found = await recipients.in_full(session, recipient_id)
            recipient, _, tester, release, app, build = found
            if recipient.recall_id is None:
                return None
            if await recipients.is_entitled(session, release.id, tester.id):
                return None
            recall = await recalls.get(session, recipient.recall_id)
        return WithdrawnCard(
            tester=tester,
            app_display_name=app.display_name,
            build=build_card(build),
            because=recall.because,
        )


def _instead(release: Release, build: Build) -> InsteadCard:
    return InsteadCard(
        release_id=release.id,
        label=version_of(build.version, build.build),
        facts=Facts(**build.facts),
    )


async def recall_cards(
    session: Session, release: Release, counts: Mapping[RecipientState, int]
) -> tuple[RecallCard, ...]:
    """
    Return every act of taking a release back, oldest first.

    *counts* are those of its recipients: nothing is asked of a release that nobody lost.
    """
    if release.state is not ReleaseState.RECALLED and not counts.get(RecipientState.WITHDRAWN):
        return ()
    return await _cards(session, await recalls.of_release(session, release.id))


async def _cards(session: Session, found: Sequence[Recall]) -> tuple[RecallCard, ...]:
    """Return the cards of some acts; the last one names those who could not be told."""
    if not found:
        return ()
    names = {
        group_id: group.name
        for group_id, group in (
            await groups.those(session, {one for recall in found for one in recall.group_ids})
        ).items()
    }
    counted = await recalls.counts(session, [one.id for one in found])
    missed = await recalls.unreached(session, found[-1].id, limit=NAMED)
    return tuple(
        _card(one, names, counted.get(one.id, {}), missed if one is found[-1] else [])
        for one in found
    )


def _card(
    recall: Recall,
    names: dict[str, str],
    counted: dict[NoticeState, int],
    missed: list[tuple[str, str]],
) -> RecallCard:
    return RecallCard(
        recall_id=recall.id,
        by=recall.requested_by,
        at=recall.created_at,
        because=recall.because,
        is_whole=recall.is_whole,
        groups=tuple(
            GroupChip(id=one, name=names.get(one, "a deleted group")) for one in recall.group_ids
        ),
        singles=recall.singles,
        people=recall.people,
        state=recall.state,
        shortfall=recall.shortfall,
        reason=recall.reason,
        told=counted.get(NoticeState.TOLD, 0),
        waiting=counted.get(NoticeState.WAITING, 0),
        unreached=counted.get(NoticeState.UNREACHABLE, 0),
        missed=tuple(Unreached(name=name, reason=why) for name, why in missed),
    )
