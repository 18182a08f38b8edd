"""The main road without a browser: every step that people would take, with its outcome."""

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

from bot.sandbox.acting import buttons, named_button
from bot.sandbox.demo import Demo, running
from bot.sandbox.lifecycle import Lifecycle
from bot.sandbox.new_phone import NewPhone
from bot.sandbox.phone import phone
from bot.sandbox.slack.messages import Message
from bot.slack.drawing.words import REFUSED
from bot.slack.kit import names
from storage.errors import SlipwayError
from storage.records.upload import UploadState

T = TypeVar("T")

#: What is posted where nobody brings a build.
SAMPLE = "Harbour-2.4.0-241.ipa"

#: How many seconds each step may take, and how many bytes a second go by at the least.
PATIENCE = 30.0
BYTES_PER_SECOND = 10_000_000
LOOK_AGAIN = 0.05
#: Slipway leaves what is no build without a word, since people post all kinds of files.
SILENCE = "Slipway says nothing about this file, because it is no build:"
LINK = re.compile(r"https?://[^\s|>\"]+/i/[A-Za-z0-9_-]{22}")


class RoadBroken(SlipwayError):
    """The main road did not lead to a phone."""


async def script(
    *,
    data_dir: Path | None,
    build: Path | None,
    with_device: bool = False,
    lifecycle: bool = False,
) -> int:
    """
    Walk the road and print a line for each step; return 0 if the same bytes came out.

    *with_device* goes on with a phone that the build is not signed for yet, and returns 0 only if
    what it fetched in the end is the same app, signed for it. *lifecycle* goes on with what a team
    does with a release afterwards, and returns 0 only if all of it came out right.
    """
    # A build of somebody's own has to arrive as it was posted, so it is signed for no phone here.
    async with running(data_dir=data_dir, knows_phones=build is None) as demo:
        walk = Walk(demo)
        try:
            code = await walk.walk(build)
            if with_device and not code:
                code = await NewPhone(demo, walk).walk(*walk.given)
            if lifecycle and not code:
                code = await Lifecycle(demo, walk).walk(walk.given[0])
            return code
        finally:
            # What is still under way would only fail at a closed door, and say so.
            with suppress(AssertionError):
                await demo.slack.workspace.settled(within=5)


class Walk:
    """The people of the sandbox, walking the main road."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._workspace = demo.slack.workspace
        self._ann = self._workspace.person("Ann")
        self._cid = self._workspace.person("Cid")
        self._started = time.monotonic()
        self._android = False
        self._patience = PATIENCE
        #: What Bob was given, and by which link, once the road is walked.
        self.given = (Path(), "")

    async def walk(self, build: Path | None) -> int:
        await self._demo.past
        self.say("Ann is the release manager, Cid an uploader, Bob a tester.")
        package = self._demo.studio.package
        path = build if build is not None else await asyncio.to_thread(package, SAMPLE)
        size = await asyncio.to_thread(lambda: path.stat().st_size)
        self._patience += size / BYTES_PER_SECOND
        self.say(f"Cid posts {path.name} ({size:,} bytes) in #mobile-builds.")
        posted = await self._cid.post(
            "#mobile-builds", "First build with the *new charts*", files=[path]
        )
        card = await self._card(posted)
        if named_button(card, names.CREATE_APP):
            await self._create_app(card)
        await self._make_group()
        link = await self._link() if await self._distribute(posted) else await self._old_link()
        self.given = (path, link)
        self._android = ":robot_face:" in card.said() or "Android" in card.said()
        # Nobody's own build can know Bob's phone; any phone shows that its bytes arrive.
        anybodys = build is not None
        return await self._install(link, path, size, anybodys=anybodys)

    async def _card(self, posted: Message) -> Message:
        card = await self.until(
            lambda: next(
                (m for m in self._workspace.thread(posted) if m.is_bot and buttons(m)), None
            ),
            "a card for the build",
            lambda: self._refusal(posted),
        )
        self.say(f"The card says: {_first_line(card)}")
        return card

    async def _create_app(self, card: Message) -> None:
        await self._ann.click(card, names.CREATE_APP)
        view = await self.until(lambda: self._workspace.view_of("Ann"), "the form of a new app")
        outcome = await self._ann.submit(view)
        if outcome.errors:
            raise RoadBroken(f"The app was not created: {outcome.errors}")
        self.say("Ann creates the app with what the form proposes.")

    async def _make_group(self) -> None:
        there = await self._demo.house.house.people.groups.all()
        if any(group.name == "QA" for group in there):
            self.say("The group QA is there from the last time.")
            return
        bob, qa = self._workspace.person("Bob"), self._workspace.channel("#qa")
        text = f"groups create QA {bob.mention} <#{qa.id}|qa>"
        await self._ann.command("#mobile-builds", names.COMMAND, text)
        await self.until(
            lambda: any("QA" in m.said() for m in self._workspace.ephemerals("Ann")), "the group"
        )
        self.say("Ann makes the group QA with Bob in it; it is heard in #qa.")

    async def _distribute(self, posted: Message) -> bool:
        """Let Ann distribute the build; False when Bob has it from an earlier run."""
        card = await self.until(
            lambda: next(
                (m for m in self._workspace.thread(posted) if named_button(m, names.DISTRIBUTE)),
                None,
            ),
            "the card with its Distribute button",
        )
        await self._ann.click(card, names.DISTRIBUTE)
        view = await self.until(lambda: self._workspace.view_of("Ann"), "the form to distribute")
        first = await self._ann.submit(view, {names.GROUPS: ["QA"]})
        if "already" in " ".join(first.errors.values()):
            return False
        if first.view is None:
            raise RoadBroken(f"The form did not ask to confirm: {first.errors or first.action}")
        self.say(f"The form asks: {first.view.body['submit']['text']}?")
        second = await self._ann.submit(first.view)
        if second.errors:
            raise RoadBroken(f"The release was not distributed: {second.errors}")
        heard = await self.until(
            lambda: next((m for m in self._workspace.by_bot("#qa")), None), "the announcement"
        )
        self.say(f"#qa hears: {_first_line(heard)}")
        return True

    async def _link(self) -> str:
        found = await self.until(
            lambda: next(
                (
                    link
                    for m in self._workspace.dms("Bob")
                    for link in cast("list[str]", LINK.findall(str(m.blocks) + m.text))
                ),
                None,
            ),
            "Bob's install link",
        )
        self.say("Bob has a message with an install link of his own.")
        return found

    async def _old_link(self) -> str:
        await self._workspace.person("Bob").open_home()
        found = await self.until(
            lambda: LINK.search(str(getattr(self._workspace.home_of("Bob"), "blocks", ""))),
            "the install link on Bob's Home",
        )
        self.say("Bob has this build from the last time; its link is on his Home.")
        return found.group()

    async def _install(self, link: str, path: Path, size: int, *, anybodys: bool) -> int:
        own = self._demo.studio.phone("Bob", android=self._android)
        async with phone(android=self._android) if anybodys else own as device:
            installed = await device.install(link)
        wanted = await asyncio.to_thread(_digest, path)
        if installed.sha256 != wanted or installed.size != size:
            self.say("The bytes on the phone are not those that were posted.")
            return 1
        self.say(f"Bob's phone fetched {installed.size:,} bytes: the very ones that Cid posted.")
        return 0

    async def until(
        self,
        look: Callable[[], T | None],
        what: str,
        refusal: Callable[[], Awaitable[str | None]] | None = None,
    ) -> T:
        """Wait for something; a refusal that is seen meanwhile ends the road with its sentence."""
        ends = time.monotonic() + self._patience
        while time.monotonic() < ends:
            seen = look()
            if seen:
                return seen
            said = await refusal() if refusal else None
            if said:
                raise RoadBroken(said)
            await asyncio.sleep(LOOK_AGAIN)
        raise RoadBroken(f"There was no sign of {what} within {self._patience:.0f} seconds.")

    async def _refusal(self, posted: Message) -> str | None:
        """Return why there will be no card, said in the thread or not said at all."""
        said = [m for m in self._workspace.thread(posted) if m.is_bot and REFUSED in m.said()]
        if said:
            return said[0].text.replace(REFUSED, "").strip()
        if not self._demo.slack.delivery.is_idle:
            return None
        running = self._demo.house
        await running.workspace.tasks.settle()
        cards = running.house.releases.cards
        key = f"slack:{self._demo.slack.team_id}:{posted.files[0]}"
        upload_id = await cards.upload_of_key(key)
        if upload_id is None:
            return f"{SILENCE} by its name it is none."
        card = await cards.upload(upload_id)
        return f"{SILENCE} {card.reason}" if card.state is UploadState.DROPPED else None

    def say(self, line: str) -> None:
        print(f"{time.monotonic() - self._started:6.2f} s  {line}", flush=True)  # noqa: T201


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_line(message: Message) -> str:
    return " ".join(message.text.split())[:160]
