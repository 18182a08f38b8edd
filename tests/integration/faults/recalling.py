"""Recalls, each of a release of its own, with everything that goes wrong while people are told."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.sandbox.shapes import JsonObject
from provisioning.distributing.order import Order
from provisioning.distributing.recall_order import RecallOrder
from storage.catalog import organizations, receipts, releases
from storage.records.app import App
from storage.records.grant import Grant, ReceiptKind
from storage.records.recall import RecallState
from storage.records.release import Release
from tests.integration.crash.scene import a_build, an_app
from tests.integration.faults.cases import Case
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest, spoil, tag_of
from tests.integration.slack.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallWalk:
    """A release, two testers who have begun to fetch it, and a channel for news."""

    house: House
    case: Case
    release_id: str
    group_id: str
    testers: tuple[str, str]

    @property
    def tag(self) -> str:
        return tag_of(self.case)

    @property
    def news(self) -> str:
        return f"#news-{self.tag}"

    async def send(self) -> None:
        """Send the release, and let both begin to fetch it; nothing goes wrong with that."""
        order = Order(
            key=self.tag,
            release_id=self.release_id,
            by=self.house.manager,
            group_ids=(self.group_id,),
        )
        await self.house.running.house.distributing.distributions.request(order)
        await self._eventually(lambda: self._kinds()["report"] == 1)
        held = await self._grants()
        async with self.house.running.ground.database.writing() as session:
            for grant in held:
                receipt = await receipts.claim(session, grant.id, ReceiptKind.BINARY)
                receipt.count = 1
                session.add(receipt)

    async def go(self) -> str:
        """Recall it; return what is not as it should be, "" when all is well."""
        held = await self._grants()
        grants = self.house.running.house.installing.grants
        spoil(self.house.slack, self.case, self._concerns)
        order = RecallOrder(
            key=self.tag, release_id=self.release_id, by=self.house.manager, because="It crashes."
        )
        recall = await self.house.running.house.distributing.recalls.request(order)
        if [await grants.open(grants.token(grant)) for grant in held] != [None, None]:
            return "A link leads somewhere after the recall."
        try:
            async with asyncio.timeout(PATIENCE):
                await self._until_done(recall.id)
        except TimeoutError:
            return f"It did not end; {self._report()}"
        return ""

    async def _until_done(self, recall_id: str) -> None:
        cards = self.house.running.house.releases.recalled
        while (await cards.one(recall_id)).state is not RecallState.DONE:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def _grants(self) -> list[Grant]:
        house = self.house.running.house
        found = []
        for name in self.testers:
            user_id = self.house.workspace.person(name).id
            tester_id = await house.people.testers.id_of(user_id)
            assert tester_id is not None
            found.append(await house.installing.grants.give(self.release_id, tester_id))
        return found

    def _concerns(self, given: JsonObject) -> bool:
        """Return whether a call is about something of this walk."""
        people = {self.house.workspace.person(name).id for name in self.testers}
        channel = self.house.slack.state.conversations.get(str(given.get("channel", "")))
        if channel is None:
            return given.get("users") in people
        return channel.name == self.news[1:] or (channel.is_dm and any(map(channel.has, people)))

    async def _eventually(self, look: Callable[[], bool]) -> None:
        await self.house.workspace.eventually(look, timeout=PATIENCE)

    def wrong(self) -> str:
        """Return what is said too often or not at all, once everything has ended."""
        said = [self._said_to(name) for name in self.testers]
        if self._kinds() == {"release": 1, "report": 1, "recall": 1} and all(
            len(each) == 2
            and sum("was recalled by" in words for words in each) == 1
            and sum("can no longer be installed" in words for words in each) == 1
            for each in said
        ):
            return ""
        return self._report()

    def _said_to(self, name: str) -> list[str]:
        return [m.said() for m in self.house.workspace.dms(name) if m.is_bot]

    def _kinds(self) -> Counter[str]:
        found = [m.metadata for m in self.house.workspace.by_bot(self.news) if m.metadata]
        return Counter(str(one["event_payload"]["key"]).partition(":")[0] for one in found)

    def _report(self) -> str:
        return f"{dict(self._kinds())}, said: {[self._said_to(name) for name in self.testers]}"


async def recalled(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Walk every case, several at once; return what went wrong, by name of the case."""
    room = asyncio.Semaphore(AT_ONCE)
    walks = await _prepared(house, cases)

    async def one(walk: RecallWalk) -> str:
        async with room:
            await walk.send()
            return await walk.go()

    ended = await asyncio.gather(*map(one, walks))
    await at_rest(house)
    found = {walk.case.name: why or walk.wrong() for walk, why in zip(walks, ended, strict=True)}
    return {name: why for name, why in found.items() if why}


async def _prepared(house: House, cases: Sequence[Case]) -> list[RecallWalk]:
    async with house.running.ground.database.writing() as session:
        organization = await organizations.named(session, "main")
        app, build = an_app(organization.id), a_build(organization.id)
        session.add(app)
        session.add(build)
        await session.flush()
        kept = [
            await releases.add(session, _release(app, build.id, tag_of(case))) for case in cases
        ]
    return [await _walk(house, case, release.id) for case, release in zip(cases, kept, strict=True)]


async def _walk(house: House, case: Case, release_id: str) -> RecallWalk:
    tag = tag_of(case)
    testers = (f"Bob {tag}", f"Dee {tag}")
    for name in testers:
        house.workspace.add_person(name)
    house.workspace.add_channel(f"news-{tag}", testers[0], with_bot=True)
    group = await house.group(tag, *testers, channel=f"#news-{tag}")
    return RecallWalk(
        house=house, case=case, release_id=release_id, group_id=group.id, testers=testers
    )


def _release(app: App, build_id: str, tag: str) -> Release:
    return Release(
        organization_id=app.organization_id,
        key=tag,
        app_id=app.id,
        number=0,  # The catalog counts.
        build_id=build_id,
        created_by="person:slack:UCID",
    )
