"""The past of Harbour Labs, moment by moment: two products, on two platforms, and their testers."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import httpx

from bot.sandbox.history.cast import Cast
from bot.sandbox.history.progress import Progress, tell
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.state import State
from storage.errors import SlipwayError

logger = logging.getLogger(__name__)

#: The group that gets Harbour, and the one that gets Beacon.
QA, PILOTS = "QA", "Pilots"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that somebody did; *opens_guide* when one can follow the guide after it."""

    words: str
    act: Callable[[], Awaitable[None]]
    opens_guide: bool = False


async def give_roles(cast: Cast) -> None:
    """Let Eve, who administers, give everybody the role that stands below their name."""
    await cast.give_role("Eve", "manager", cast.person("Ann"))
    await cast.give_role("Eve", "uploader", cast.person("Cid"))


class Past:
    """Acts the past, once, and tells how far it has come."""

    def __init__(self, cast: Cast, state: State) -> None:
        self._cast = cast
        self._state = state
        self._posted: dict[str, Message] = {}

    async def act(self) -> None:
        """Act every moment. What goes wrong ends it with a sentence on the page."""
        moments = self._moments()
        progress = Progress(done=0, of=len(moments))
        for moment in moments:
            progress = replace(progress, doing=moment.words)
            tell(self._state, progress)
            try:
                await moment.act()
            except (SlipwayError, LookupError, OSError, httpx.HTTPError) as error:
                logger.warning("The past broke off: %s: %s", moment.words, error)
                trouble = f"The past of this workspace broke off here. {error}"
                tell(self._state, replace(progress, trouble=trouble, ready=True))
                return
            ready = progress.ready or moment.opens_guide
            progress = replace(progress, done=progress.done + 1, ready=ready)
        tell(self._state, replace(progress, doing=""))

    def _moments(self) -> Sequence[Moment]:
        return [*self._people(), *self._harbour(), *self._beacon(), *self._waiting()]

    def _people(self) -> Sequence[Moment]:
        return (
            Moment(words="Eve gives Ann and Cid their roles", act=lambda: give_roles(self._cast)),
            Moment(words="Ann makes the groups QA and Pilots", act=self._make_groups),
        )

    def _harbour(self) -> Sequence[Moment]:
        return (
            Moment(words="Cid posts Harbour 2.3.0", act=self._first_harbour),
            Moment(words="Bob and Dee install it", act=self._all_install),
            Moment(words="Ann dismisses Harbour 2.3.1", act=self._dismissed),
            Moment(words="Ann sends Harbour 2.4.0 to QA", act=self._current),
            Moment(words="QA talks about it", act=self._talk, opens_guide=True),
        )

    def _beacon(self) -> Sequence[Moment]:
        return (
            Moment(words="Cid posts Beacon 1.2.0", act=self._first_beacon),
            Moment(words="Beacon 1.2.0 comes for Android", act=self._beacon_android),
            Moment(words="Harbour 2.4.0 comes for Android", act=self._harbour_android),
        )

    def _waiting(self) -> Sequence[Moment]:
        return (
            Moment(words="Somebody else signs Beacon for Android", act=self._stranger),
            Moment(words="Cid posts an app bundle", act=self._bundle),
            Moment(words="Cid posts Beacon 1.3.0", act=self._next_beacon),
        )

    async def _make_groups(self) -> None:
        everybody = self._state.usergroups.named("qa-team")
        qa = self._state.conversations.named("qa")
        if everybody is None or qa is None:
            raise LookupError("qa-team")
        who = f"<!subteam^{everybody.id}|@{everybody.handle}>"
        await self._cast.command("Ann", f"groups create {QA} {who} <#{qa.id}|qa>")
        bob, cid = self._cast.person("Bob"), self._cast.person("Cid")
        people = f"<@{bob.id}|bob> <@{cid.id}|cid>"
        await self._cast.command("Ann", f"groups create {PILOTS} {people}")

    async def _post(self, file: str, text: str) -> Message:
        self._posted[file] = await self._cast.post("Cid", file, text)
        return self._posted[file]

    async def _first_harbour(self) -> None:
        posted = await self._post(
            "Harbour-2.3.0-230.ipa", "The first one for testers: tides, charts and *your* berth."
        )
        await self._cast.create_app("Ann", posted)
        await self._cast.distribute("Ann", posted, QA)

    async def _all_install(self) -> None:
        await self._cast.install("Bob")
        await self._cast.install("Dee")

    async def _dismissed(self) -> None:
        posted = await self._post("Harbour-2.3.1-234.ipa", "Please wait, the map is empty in this.")
        await self._cast.dismiss("Ann", posted)

    async def _current(self) -> None:
        posted = await self._post(
            "Harbour-2.4.0-241.ipa",
            "The tide table opens at today :tada:\n• the map is twice as quick\n• fewer taps to "
            "your berth",
        )
        await self._cast.distribute_as_usual("Ann", posted)

    async def _talk(self) -> None:
        await self._cast.install("Bob")
        await self._cast.open_link("Dee")
        announced = self._cast.announcement("#qa")
        await self._cast.say("Bob", "#qa", "Works on my phone :+1: the map really is quick.")
        await self._cast.say("Bob", "#qa", "I try the berth next.")
        await self._cast.say("Dee", "#qa", "Mine is charging 🔋, later today ⚓", thread=announced)
        await self._cast.say("Ann", "#general", "2.4.0 is with QA. Thank you all :ship:")

    async def _first_beacon(self) -> None:
        posted = await self._post(
            "Beacon-1.2.0-61.ipa", "Beacon for iOS: every light of the coast, offline."
        )
        await self._cast.create_app("Ann", posted)
        await self._cast.distribute("Ann", posted, PILOTS)
        await self._cast.install("Bob")

    async def _beacon_android(self) -> None:
        posted = await self._post("beacon-1.2.0-610.apk", "And the same for Android.")
        await self._cast.create_app("Ann", posted)
        await self._cast.distribute("Ann", posted, PILOTS)
        await self._cast.install("Cid")

    async def _harbour_android(self) -> None:
        posted = await self._post("harbour-2.4.0-2410.apk", "Harbour for Android has caught up.")
        await self._cast.create_app("Ann", posted)
        await self._cast.distribute("Ann", posted, QA)

    async def _stranger(self) -> None:
        await self._post("beacon-1.2.1-618.apk", "A fix from our contractor.")

    async def _bundle(self) -> None:
        await self._post("harbour-2.4.1-2412.aab", "For the store, once QA is through.")

    async def _next_beacon(self) -> None:
        await self._post("Beacon-1.3.0-66.ipa", "Lights have their colours now.")
