"""How far releases went: destinations, acts, recipients, links, receipts and our messages."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from storage.records.base import now
from storage.records.destination import Destination, DestinationKind
from storage.records.distribution import (
    Distribution,
    DistributionState,
    Recipient,
    RecipientState,
    Target,
)
from storage.records.grant import Grant, Receipt, ReceiptKind
from storage.records.posting import Posting
from storage.records.release import ReleaseState
from tests.town.loading import Loader
from tests.town.people import People
from tests.town.size import Size
from tests.town.works import BY, AppWork, Work, new_id

#: What becomes of some of every hundred people; the others are told.
FATES = {
    **dict.fromkeys((1, 30, 60), RecipientState.UNREACHABLE),
    **dict.fromkeys((2, 20, 40, 70, 90), RecipientState.SILENT),
    **dict.fromkeys((3, 80), RecipientState.WAITING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One act of distributing: its recipients, its destinations, and the links by tester."""

    work: Work
    distribution_id: str
    recipient_ids: list[str] = field(default_factory=list)
    destination_ids: list[str] = field(default_factory=list)
    grant_ids: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Reach:
    """Sends releases out, and writes down the messages that told of them."""

    load: Loader
    rng: random.Random
    people: People
    _second: int = 0  #: Every message has a second of its own.

    def show(self, work: Work) -> None:
        """Post the card of the upload that led to a release."""
        self._post(f"upload:{work.upload_id}:{work.channel_id}", work.channel_id)

    def send(
        self, work: Work, testers: Sequence[str], *, group_ids: Sequence[str], by: Work | None
    ) -> Sent:
        """Send a release out once; *by* took its place since, None where it is current."""
        act = Sent(work=work, distribution_id=new_id(self.rng))
        self.load.add(
            Distribution,
            id=act.distribution_id,
            key=f"form:{act.distribution_id}",
            release_id=work.release_id,
            requested_by=BY,
            state=DistributionState.DONE,
            created_at=work.posted_at,
            done_at=work.posted_at,
        )
        targets = [(DestinationKind.GROUP, group_id) for group_id in group_ids]
        targets += [(DestinationKind.TESTER, tester_id) for tester_id in testers[:1]]
        act.destination_ids.extend(self._destination(act, kind, one, by) for kind, one in targets)
        for place, tester_id in enumerate(testers):
            state = FATES.get(place % 100, RecipientState.TOLD)
            destination_id = self.rng.choice(act.destination_ids)
            recipient_id = self._recipient(act, tester_id, destination_id, state)
            if by is None:  # Messages of long ago would only make the table larger still.
                self._post(f"recipient:{recipient_id}", "D00000001")
        self._announce(act, group_ids)
        return act

    def _destination(
        self, act: Sent, kind: DestinationKind, target_id: str, by: Work | None
    ) -> str:
        destination_id = new_id(self.rng)
        self.load.add(
            Destination,
            id=destination_id,
            release_id=act.work.release_id,
            app_id=act.work.app_id,
            kind=kind,
            target_id=target_id,
            since=act.work.posted_at,
            superseded_at=by.posted_at if by else None,
            superseded_by=by.release_id if by else None,
            created_by=BY,
            created_at=act.work.posted_at,
        )
        self.load.add(Target, distribution_id=act.distribution_id, destination_id=destination_id)
        return destination_id

    def _recipient(
        self, act: Sent, tester_id: str, destination_id: str, state: RecipientState
    ) -> str:
        recipient_id = new_id(self.rng)
        act.recipient_ids.append(recipient_id)
        at = act.work.posted_at + timedelta(minutes=1)
        self.load.add(
            Recipient,
            id=recipient_id,
            distribution_id=act.distribution_id,
            release_id=act.work.release_id,
            destination_id=destination_id,
            tester_id=tester_id,
            teller="slack",
            state=state,
            created_at=at,
            told_at=at,
        )
        if state is RecipientState.TOLD and tester_id != self.people.testers[0]:
            act.grant_ids[tester_id] = self._grant(act.work, tester_id)
        return recipient_id

    def _grant(self, work: Work, tester_id: str) -> str:
        grant_id = new_id(self.rng)
        self.load.add(
            Grant,
            id=grant_id,
            release_id=work.release_id,
            tester_id=tester_id,
            token_hash=grant_id * 2,
            created_at=work.posted_at,
            expires_at=now() + timedelta(days=90),
        )
        kinds = self.rng.choice(((), (ReceiptKind.OPENED,), tuple(ReceiptKind)))
        for kind in kinds:
            done = kind is ReceiptKind.BINARY
            self.load.add(
                Receipt,
                grant_id=grant_id,
                release_id=work.release_id,
                tester_id=tester_id,
                kind=kind,
                ranges=[[0, 100_000_000]] if done else [],
                completed_at=work.posted_at if done else None,
            )
        return grant_id

    def _announce(self, act: Sent, group_ids: Sequence[str]) -> None:
        for group_id in group_ids:
            number = self.people.groups.index(group_id)
            for channel_id in self.people.channels[number * 2 : number * 2 + 2]:
                self._post(f"release:{act.work.release_id}:{channel_id}", channel_id)

    def _post(self, key: str, channel_id: str) -> None:
        self._second += 1
        self.load.add(
            Posting,
            key=key,
            team_id="T1",
            channel_id=channel_id,
            ts=f"{1_700_000_000 + self._second}.000100",
            digest="0" * 64,
            posted_at=now(),
        )


def newest_first(apps: Sequence[AppWork]) -> Iterator[tuple[AppWork, Work, Work | None]]:
    """Yield each live release with the live one that took its place, None where none did."""
    for app in apps:
        by: Work | None = None
        for work in reversed(app.works):
            if work.state is ReleaseState.LIVE:
                yield app, work, by
                by = by or work


def portions(size: Size, apps: Sequence[AppWork]) -> dict[str, int]:
    """Return how many people each live release goes to: the newest of an app to ten times more."""
    live = list(newest_first(apps))
    weights = {work.release_id: 1 if by else 10 for _, work, by in live}
    whole = sum(weights.values())
    return {
        release_id: min(size.testers, max(1, round(size.recipients * weight / whole)))
        for release_id, weight in weights.items()
    }
