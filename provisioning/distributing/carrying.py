"""Carrying out: the steps by which an act of distributing reaches people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from provisioning.distributing.places import with_newer
from provisioning.people.audience import Audience, Target
from provisioning.releases.titles import title_of
from provisioning.telling.tellers import Tellers
from storage.catalog import destinations, distributions, group_rolls, recipients, releases
from storage.catalog.database import Database, Session
from storage.records.base import now
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
)
from storage.records.distribution import Target as Aim
from storage.records.tester import Tester

NO_WAY = "Slipway knows no account of theirs in which they could be told."

ON_PAGE = "They have no Slack here, and see it when they open their page."

DISABLED = "The release was disabled before they could be told."

_TO_BE_TOLD = frozenset({RecipientState.WAITING, RecipientState.HELD})


class Carrying:
    """Finds out who has to be told, and writes down what became of it. Each may run twice."""

    def __init__(self, database: Database, audience: Audience, tellers: Tellers) -> None:
        self._database = database
        self._audience = audience
        self._tellers = tellers

    async def resolve(self, distribution_id: str) -> list[str]:
        """
        Write down who gets it; return the ids of the recipients that wait to be told.

        Among them are those who were left waiting by an earlier act.
        """
        async with self._database.reading() as session:
            act = await distributions.get(session, distribution_id)
            release = await releases.get(session, act.release_id)
            left = await _left_of(session, distribution_id)
        rows = [row for _, row in left]
        gathered = await self._audience.of(
            [row.target_id for row in rows if row.kind is DestinationKind.GROUP],
            tester_ids=[row.target_id for row in rows if row.kind is DestinationKind.TESTER],
        )
        enrolled = await self._audience.enroll(gathered)
        keeping: set[str] = set()
        if any(aim.returns for aim, _ in left):
            own = [(row.kind, row.target_id) for row in rows]
            keeping = await with_newer(self._database, self._audience, release, own)
        async with self._database.writing() as session:
            act = await distributions.get(session, distribution_id)
            act.state, act.shortfall = DistributionState.UNDERWAY, gathered.shortfall
            session.add(act)
            if not act.joins and not gathered.shortfall:
                await group_rolls.keep(session, _rolls(rows, enrolled))
            return await self._entitle(session, act, enrolled, keeping)

    async def waiting(self, recipient_id: str) -> str | None:
        """
        Return by which teller a recipient waits to be told, None when they do not.

        Nobody is told of what was disabled meanwhile; that stands as the reason why not.
        """
        async with self._database.reading() as session:
            recipient = await recipients.get(session, recipient_id)
            release = await releases.get(session, recipient.release_id)
        if recipient.state is not RecipientState.WAITING:
            return None
        if not release.enabled:
            await self.told(recipient_id, delivered=False, reason=DISABLED)
            return None
        return recipient.teller

    async def told(self, recipient_id: str, *, delivered: bool, reason: str) -> bool:
        """Write down whether a recipient could be told; return whether they still have it."""
        async with self._database.writing() as session:
            recipient = await recipients.get(session, recipient_id)
            if recipient.state is RecipientState.WITHDRAWN:
                recipient.told_at = now() if delivered else recipient.told_at
                session.add(recipient)
                return not delivered
            if recipient.state is not RecipientState.WAITING:
                return True
            recipient.state = RecipientState.TOLD if delivered else RecipientState.UNREACHABLE
            recipient.reason, recipient.told_at = reason, now() if delivered else None
            session.add(recipient)
        return True

    async def missed(self, distribution_id: str, sentence: str) -> None:
        """Add a sentence about a place that could not be reached."""
        async with self._database.writing() as session:
            act = await distributions.get(session, distribution_id)
            if sentence not in act.shortfall:
                act.shortfall = f"{act.shortfall} {sentence}".strip()
                session.add(act)

    async def release_of(self, distribution_id: str) -> str:
        async with self._database.reading() as session:
            return (await distributions.get(session, distribution_id)).release_id

    async def sender_of(self, release_id: str) -> tuple[str, str]:
        """Return who sent a release, by reference, and what it is called."""
        async with self._database.reading() as session:
            release, app, build, _ = await releases.in_full(session, release_id)
        return release.published_by or release.created_by, str(title_of(app, build))

    async def finish(self, distribution_id: str) -> None:
        """Mark it as done."""
        await self._end(distribution_id, DistributionState.DONE, "")

    async def fail(self, distribution_id: str, reason: str) -> None:
        """Mark it as broken off; it can be tried again."""
        await self._end(distribution_id, DistributionState.FAILED, reason)

    async def unfinished(self, before: datetime, since: datetime) -> list[str]:
        """Return the ids of distributions that should be under way."""
        async with self._database.reading() as session:
            return [act.id for act in await distributions.unfinished(session, before, since=since)]

    async def _end(self, distribution_id: str, state: DistributionState, reason: str) -> None:
        async with self._database.writing() as session:
            act = await distributions.get(session, distribution_id)
            if act.state is not DistributionState.DONE:
                act.state, act.reason, act.done_at = state, reason, now()
                session.add(act)

    async def _entitle(
        self,
        session: Session,
        act: Distribution,
        enrolled: Sequence[tuple[Tester, tuple[Target, ...]]],
        keeping: Collection[str],
    ) -> list[str]:
        # Two acts at once on one release count the same people, one after the other.
        await releases.lock(session, act.release_id)
        known: dict[str, list[Recipient]] = {}
        for recipient in await recipients.of_releases(session, [act.release_id]):
            known.setdefault(recipient.tester_id, []).append(recipient)
        # It may have been taken back while Slack was asked who is in the groups.
        there = await _left_of(session, act.id)
        by_target = {(row.kind, row.target_id): row for _, row in there}
        back = {
            (row.kind, row.target_id): row
            for aim, row in there
            if aim.returns and row.superseded_at is None
        }
        left: list[str] = []
        held: list[str] = []
        fresh: list[Recipient] = []
        for tester, targets in enrolled:
            every = known.get(tester.id, [])
            own = [one for one in every if one.state is not RecipientState.WITHDRAWN]
            waiting = [one.id for one in own if one.state in _TO_BE_TOLD]
            if waiting and act.notify:
                left += waiting
                held += [one.id for one in own if one.state is RecipientState.HELD]
                continue
            if not own and not _is_renewed(every, act):
                continue
            again = None if tester.id in keeping else _returned(own, targets, back, act)
            if again is not None:
                fresh += self._shares(act, tester, again)
            elif not own or _never_told(own, act):
                entitled = next((by_target[one] for one in targets if one in by_target), None)
                if entitled is None:
                    continue
                if old := _left_and_told(every):
                    # They have the message, whose link holds again.
                    await recipients.come_back(session, old, entitled.id)
                else:
                    fresh += self._shares(act, tester, entitled)
        await recipients.add(session, fresh)
        # Whoever is held is looked at anew: it may be signed for their phone by now.
        await recipients.move(session, held, RecipientState.HELD, RecipientState.WAITING)
        kept = await recipients.of_releases(session, [act.release_id])
        own_ids = [
            one.id
            for one in kept
            if one.distribution_id == act.id and one.state is RecipientState.WAITING
        ]
        return sorted({*left, *own_ids})

    def _shares(self, act: Distribution, tester: Tester, entitled: Destination) -> list[Recipient]:
        """Return a person's share of an act: one for each way of telling them."""
        ways = self._tellers.ways_to(tester) if tester.active else ()
        state = RecipientState.WAITING if act.notify else RecipientState.SILENT
        if not ways and act.notify:
            # Whoever is known by an address alone has a page of their own, and nothing else.
            state = RecipientState.ON_PAGE if tester.active else RecipientState.UNREACHABLE
        return [
            Recipient(
                distribution_id=act.id,
                release_id=act.release_id,
                destination_id=entitled.id,
                tester_id=tester.id,
                teller=way,
                state=state,
                reason=_WHY.get(state, ""),
            )
            for way in (ways or ("",))[: None if act.notify else 1]
        ]


def _rolls(
    rows: Sequence[Destination], enrolled: Sequence[tuple[Tester, tuple[Target, ...]]]
) -> dict[str, list[str]]:
    """Return who is in each group that an act is for."""
    return {
        row.target_id: [
            tester.id
            for tester, targets in enrolled
            if (DestinationKind.GROUP, row.target_id) in targets
        ]
        for row in rows
        if row.kind is DestinationKind.GROUP
    }


_WHY = {RecipientState.UNREACHABLE: NO_WAY, RecipientState.ON_PAGE: ON_PAGE}


async def _left_of(session: Session, distribution_id: str) -> list[tuple[Aim, Destination]]:
    """Return the destinations of an act that nothing was taken back from since somebody clicked."""
    aims = await destinations.of_distributions(session, [distribution_id])
    return [(aim, row) for aim, row in aims if row.recalled_at is None]


def _returned(
    own: Sequence[Recipient],
    targets: Sequence[Target],
    back: Mapping[Target, Destination],
    act: Distribution,
) -> Destination | None:
    """
    Return by what somebody gets a release again that went to them before.

    None where it does not come back, and for whoever heard of it since it did.
    """
    row = next((back[one] for one in targets if one in back), None)
    heard = {RecipientState.TOLD, RecipientState.ON_PAGE}
    if not act.notify:
        heard.add(RecipientState.SILENT)
    if row is None or any(one.state in heard and one.created_at >= row.since for one in own):
        return None
    return row


def _is_renewed(withdrawn: Sequence[Recipient], act: Distribution) -> bool:
    """Return whether an act gives a release to somebody from whom it was taken back, if it was."""
    recalled = [one.withdrawn_at or one.created_at for one in withdrawn if one.recall_id]
    # Whoever lost it by leaving a group has it again when they come back.
    return not recalled or (act.renews and max(recalled) < act.created_at)


def _left_and_told(withdrawn: Sequence[Recipient]) -> list[str]:
    """Return those by which somebody was told of what they lost by leaving, and nothing else."""
    if any(one.state is not RecipientState.WITHDRAWN or one.recall_id for one in withdrawn):
        return []
    return [one.id for one in withdrawn if one.told_at is not None]


def _never_told(own: Sequence[Recipient], act: Distribution) -> bool:
    """
    Return whether somebody heard nothing of a release by earlier acts.

    Whoever could not be told is tried once more; whoever was given it without a word is told by an
    act that tells.
    """
    unheard = {RecipientState.UNREACHABLE}
    if act.notify:
        unheard.add(RecipientState.SILENT)
    return all(one.state in unheard and one.distribution_id != act.id for one in own)
