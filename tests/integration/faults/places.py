"""A release of its own for each case, with a group, two people of Slack and a channel for news."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.sandbox.shapes import JsonObject
from provisioning.distributing.order import Order
from storage.catalog import organizations, releases
from storage.records.app import App
from storage.records.grant import Grant
from storage.records.release import Release
from tests.integration.crash.scene import a_build, an_app
from tests.integration.faults.cases import Case
from tests.integration.faults.walking import PATIENCE, spoil, tag_of, unmet
from tests.integration.slack.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a case happens: its release, its group, and who is in it."""

    house: House
    case: Case
    release_id: str
    group_id: str
    testers: tuple[str, str]
    met: Counter[str] = field(default_factory=Counter)

    @property
    def tag(self) -> str:
        return tag_of(self.case)

    @property
    def news(self) -> str:
        return f"#news-{self.tag}"

    async def send(self) -> None:
        """Send the release to the group; nothing goes wrong with that."""
        order = Order(
            key=self.tag,
            release_id=self.release_id,
            by=self.house.manager,
            group_ids=(self.group_id,),
        )
        await self.house.running.house.distributing.distributions.request(order)
        await self.eventually(lambda: self.kinds()["report"] == 1)

    async def grant_of(self, name: str) -> Grant:
        """Return the link of somebody who is a tester."""
        house = self.house.running.house
        tester_id = await house.people.testers.id_of(self.house.workspace.person(name).id)
        assert tester_id is not None
        return await house.installing.grants.give(self.release_id, tester_id)

    async def opens(self, grant: Grant) -> bool:
        grants = self.house.running.house.installing.grants
        return await grants.open(grants.token(grant)) is not None

    def spoil(self) -> None:
        """Let the method of the case fail from now on."""
        spoil(self.house.slack, self.case, self._concerns, self.met)

    async def eventually(self, look: Callable[[], bool]) -> None:
        await self.house.workspace.eventually(look, timeout=PATIENCE)

    def said_to(self, name: str) -> list[str]:
        """Return what the bot wrote to somebody, as it stands now."""
        return [m.said() for m in self.house.workspace.dms(name) if m.is_bot]

    def kinds(self) -> Counter[str]:
        """Return how many messages of each kind stand in the channel for news."""
        found = [m.metadata for m in self.house.workspace.by_bot(self.news) if m.metadata]
        return Counter(str(one["event_payload"]["key"]).partition(":")[0] for one in found)

    def report(self) -> str:
        return f"{dict(self.kinds())}, said: {[self.said_to(name) for name in self.testers]}"

    def _concerns(self, given: JsonObject) -> bool:
        """Return whether a call is about something of this place."""
        people = {self.house.workspace.person(name).id for name in self.testers}
        channel = self.house.slack.state.conversations.get(str(given.get("channel", "")))
        if channel is not None:
            is_own = channel.name == self.news[1:]
            return is_own or (channel.is_dm and any(map(channel.has, people)))
        usergroup = self.house.workspace.usergroup(self.tag).id
        return bool({given.get("users"), given.get("user")} & people) or (
            given.get("usergroup") == usergroup
        )


def went_wrong(
    found: Sequence[Place], ended: Sequence[str], wrong: Callable[[Place], str]
) -> dict[str, str]:
    """Return why each case that is not as it should be is not, by name of the case."""
    said = {
        place.case.name: why or wrong(place) or unmet(place.case, place.met)
        for place, why in zip(found, ended, strict=True)
    }
    return {name: why for name, why in said.items() if why}


async def places(house: House, cases: Sequence[Case], *, by_usergroup: bool = False) -> list[Place]:
    """
    Make a place for each case, all with releases of one app.

    Both are in the group by name; *by_usergroup*, the first of them by a user group of Slack, and
    the second one not yet.
    """
    async with house.running.ground.database.writing() as session:
        organization = await organizations.named(session, "main")
        app, build = an_app(organization.id), a_build(organization.id)
        session.add(app)
        session.add(build)
        await session.flush()
        kept = [
            await releases.add(session, _release(app, build.id, tag_of(case))) for case in cases
        ]
    return [
        await _place(house, case, release.id, by_usergroup=by_usergroup)
        for case, release in zip(cases, kept, strict=True)
    ]


async def _place(house: House, case: Case, release_id: str, *, by_usergroup: bool) -> Place:
    tag = tag_of(case)
    testers = (f"Bob {tag}", f"Dee {tag}")
    for name in testers:
        house.workspace.add_person(name)
    house.workspace.add_channel(f"news-{tag}", testers[0], with_bot=True)
    usergroup = house.workspace.add_usergroup(tag, testers[0])
    named = () if by_usergroup else testers
    group = await house.group(tag, *named, channel=f"#news-{tag}")
    if by_usergroup:
        await house.running.house.people.groups.add_usergroup(
            group.id, usergroup.id, tag, house.manager
        )
    return Place(house=house, case=case, release_id=release_id, group_id=group.id, testers=testers)


def _release(app: App, build_id: str, tag: str) -> Release:
    return Release(
        organization_id=app.organization_id,
        key=tag,
        app_id=app.id,
        number=0,  # The catalog counts.
        build_id=build_id,
        created_by="person:slack:UCID",
    )
