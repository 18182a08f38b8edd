"""One walk of both roads in places of its own, with everything that goes wrong there."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.shapes import JsonObject
from bot.sandbox.slack.acts.person import Person
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.server import SandboxSlack
from provisioning.distributing.order import Order
from provisioning.intake.looking import PART
from storage.catalog import apps, organizations
from storage.records.app import App
from storage.records.group import Group
from tests.integration.faults.cases import FAULTS, LOOKING, MINUTE, OF_TAKING_IN, Case
from tests.integration.slack.house import House

#: In seconds: how long a walk may take, on a machine on which others walk as well.
PATIENCE = 240.0
#: How many walk at once.
AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A developer, two testers, a channel for builds and one for news, and an app."""

    house: House
    case: Case
    folder: Path
    in_a_zip: bool
    group: Group
    cid: Person
    testers: tuple[str, str]
    met: Counter[str] = field(default_factory=Counter)

    @property
    def tag(self) -> str:
        return tag_of(self.case)

    @property
    def builds(self) -> str:
        return f"#builds-{self.tag}"

    @property
    def news(self) -> str:
        return f"#news-{self.tag}"

    def concerns(self, given: JsonObject) -> bool:
        """Return whether a call is about something of this walk."""
        state, people = self.house.slack.state, self._people()
        channel = state.conversations.get(str(given.get("channel", "")))
        if channel is not None:
            is_own = channel.name in {self.builds[1:], self.news[1:]}
            return is_own or (channel.is_dm and any(map(channel.has, people)))
        file = state.files.get(str(given.get("file", "")))
        if file is not None:
            return file.user in people
        usergroup = self.house.workspace.usergroup(self.tag).id
        return (
            given.get("user") in people
            or given.get("users") in people
            or (given.get("usergroup") == usergroup)
        )

    def _people(self) -> set[str]:
        return {self.cid.id, *(self.house.workspace.person(name).id for name in self.testers)}

    def spoil(self) -> None:
        """Let the method of the case fail from now on."""
        spoil(self.house.slack, self.case, self.concerns, self.met)

    async def go(self) -> str:
        """Walk the roads of the case; return what is not as it should be, "" when all is well."""
        try:
            async with asyncio.timeout(PATIENCE):
                self.spoil()
                await self._take_in()
                if not self._only_takes_in():
                    self.spoil()
                    await self._distribute()
        except (TimeoutError, AssertionError) as late:
            return f"{type(late).__name__}; {self._report()}"
        return ""

    async def _take_in(self) -> None:
        package = harbour_ipa(
            self.folder,
            app=SampleApp(bundle_id=bundle_of(self.case)),
            keys=self.folder.parent,
        )
        if self.in_a_zip:
            package = zipped(package)
        await self.cid.post(self.builds, "A build", files=[package])
        await self._eventually(lambda: any("Draft" in m.said() for m in self._said(self.builds)))

    async def _distribute(self) -> None:
        house = self.house.running.house
        await self.house.running.workspace.directory.outdate_usergroup(
            self.house.workspace.usergroup(self.tag).id
        )
        _, line = await house.releases.lists.find(self.tag, None)
        assert line is not None
        order = Order(
            key=self.tag,
            release_id=line.release_id,
            by=self.house.manager,
            group_ids=(self.group.id,),
        )
        await house.distributing.distributions.request(order)
        await self._eventually(self._is_reported)

    def _is_reported(self) -> bool:
        keys = self._keys(self.builds) + self._keys(self.news)
        return sum(1 for key in keys if key.startswith("report:")) >= 2

    async def _eventually(self, look: Callable[[], bool]) -> None:
        await self.house.workspace.eventually(look, timeout=PATIENCE)

    def wrong(self) -> str:
        """Return what is said too often or not at all, once everything has ended."""
        kinds = {
            channel: Counter(key.partition(":")[0] for key in self._keys(channel).elements())
            for channel in (self.builds, self.news)
        }
        told = {name: len(self._told(name)) for name in self.testers}
        builds, news, each = {"upload": 1, "report": 1}, {"release": 1, "report": 1}, 1
        if self._only_takes_in():
            builds, news, each = {"upload": 1}, {}, 0
        if list(kinds.values()) == [builds, news] and set(told.values()) == {each}:
            return ""
        return self._report()

    def _only_takes_in(self) -> bool:
        return self.case.methods <= OF_TAKING_IN

    def _report(self) -> str:
        keys = [dict(self._keys(channel)) for channel in (self.builds, self.news)]
        return f"{keys}, told: {[len(self._told(name)) for name in self.testers]}"

    def _said(self, channel: str) -> Sequence[Message]:
        return self.house.workspace.by_bot(channel)

    def _told(self, name: str) -> Sequence[Message]:
        return [m for m in self.house.workspace.dms(name) if m.is_bot]

    def _keys(self, channel: str) -> Counter[str]:
        found = [m.metadata for m in self._said(channel) if m.metadata]
        return Counter(str(metadata["event_payload"]["key"]) for metadata in found)


def spoil(
    slack: SandboxSlack, case: Case, concerns: Callable[[JsonObject], bool], met: Counter[str]
) -> None:
    """
    Let the methods of a case fail from now on, in calls that concern its walk.

    How often each cell is met is counted in *met*, by its name.
    """
    if case.methods & set(LOOKING):
        lost = FAULTS["reset late"]
        slack.script("chat.postMessage", lost, times=4, when=concerns)
    for cell in case.cells:
        times = float("inf") if cell.times is None else cell.times
        when = for_a_minute(concerns) if cell.times is None else concerns
        noted = partial(_noted, met, cell.name, when)
        slack.script(cell.method, FAULTS[cell.fault], times=times, when=noted)


def unmet(case: Case, met: Counter[str]) -> str:
    """Return which cells of a case never happened, so that it shows nothing of them; or ""."""
    missing = [cell.name for cell in case.cells if not met[cell.name]]
    return f"Never met: {missing}" if missing else ""


def _noted(
    met: Counter[str], cell: str, picks: Callable[[JsonObject], bool], given: JsonObject
) -> bool:
    """Return whether a call is picked, and count those that are."""
    if not picks(given):
        return False
    met[cell] += 1
    return True


def for_a_minute(concerns: Callable[[JsonObject], bool]) -> Callable[[JsonObject], bool]:
    """Return what picks calls until a minute has passed since the first of them."""
    until = float("inf")

    def picks(given: JsonObject) -> bool:
        nonlocal until
        if not concerns(given):
            return False
        until = min(until, time.monotonic() + MINUTE)
        return time.monotonic() < until

    return picks


def zipped(package: Path) -> Path:
    """Put a package into a zip so large that only its end is looked at first."""
    path = package.with_suffix(".zip")
    with ZipFile(path, "w") as archive:
        archive.writestr("large.raw", bytes(PART))
        archive.write(package, f"out/{package.name}")
    return path


async def prepared(house: House, case: Case, folder: Path, *, in_a_zip: bool = False) -> Walk:
    """Make the places, the people and the app of a walk."""
    tag, people = tag_of(case), house.workspace
    cid = people.add_person(f"Cid {tag}")
    testers = (f"Bob {tag}", f"Dee {tag}")
    for name in testers:
        people.add_person(name)
    people.add_channel(f"builds-{tag}", f"Cid {tag}", with_bot=True)
    people.add_channel(f"news-{tag}", f"Cid {tag}", with_bot=True)
    usergroup = people.add_usergroup(tag, testers[1])
    group = await house.group(tag, testers[0], channel=f"#news-{tag}")
    await house.running.house.people.groups.add_usergroup(
        group.id, usergroup.id, tag, house.manager
    )
    async with house.running.ground.database.writing() as session:
        organization = await organizations.named(session, "main")
        await apps.add(session, _app(case, organization.id))
    place = folder / tag
    place.mkdir()
    return Walk(
        house=house,
        case=case,
        folder=place,
        in_a_zip=in_a_zip,
        group=group,
        cid=cid,
        testers=testers,
    )


def _app(case: Case, organization_id: str) -> App:
    return App(
        organization_id=organization_id,
        name=tag_of(case),
        display_name=tag_of(case),
        platform="ios",
        bundle_id=bundle_of(case),
        created_by="person:slack:UANN",
    )


def tag_of(case: Case) -> str:
    return f"case{case.number}"


def bundle_of(case: Case) -> str:
    return f"com.example.{tag_of(case)}"


async def at_rest(house: House) -> None:
    """Wait until nothing is under way any more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await house.workspace.settled(within=PATIENCE)
            await house.running.workspace.tasks.settle()
            counts = await house.running.engine.counts()
            if counts.waiting + counts.running == 0:
                return
            await asyncio.sleep(0.1)


async def walked(
    house: House, cases: Sequence[Case], folder: Path, *, in_a_zip: bool = False
) -> dict[str, str]:
    """Walk every case, several at once; return what went wrong, by name of the case."""
    room = asyncio.Semaphore(AT_ONCE)
    walks = [await prepared(house, case, folder, in_a_zip=in_a_zip) for case in cases]

    async def one(walk: Walk) -> str:
        async with room:
            return await walk.go()

    ended = await asyncio.gather(*map(one, walks))
    await at_rest(house)
    found = {
        walk.case.name: why or walk.wrong() or unmet(walk.case, walk.met)
        for walk, why in zip(walks, ended, strict=True)
    }
    return {name: why for name, why in found.items() if why}
