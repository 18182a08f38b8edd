"""What a team does with a release after it was sent: from a late joiner to a rollback."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar, cast

import httpx

from bot.sandbox.acting import named_button
from bot.sandbox.demo import Demo
from bot.sandbox.new_phone import LINK, Walking
from bot.sandbox.phone import SAFARI
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.views import View
from bot.slack.kit import names
from provisioning.codesign.verifying.comparison import compare
from storage.errors import SlipwayError

T = TypeVar("T")

NEWER: Final = "Harbour-2.5.0-251.ipa"
NEWEST: Final = "Harbour-2.6.0-262.ipa"
#: In which words somebody reads that a release came, or came back, to them.
READY, BACK = "is ready for you", "is the current one again"
#: What Eve reads when a group needs an approval.
NEEDS: Final = "needs the approval of"
FREE: Final = "needs no approval any more"
#: What stands at the place of a link that was taken back.
GONE: Final = "can no longer be installed"


class Lifecycle:
    """
    What Ann and her testers do with Harbour once Bob has it, with the outcome of each step.

    It ends well only if links of what was recalled answer 404, the bytes of the older build come
    after the rollback, and nobody was told anything twice.
    """

    def __init__(self, demo: Demo, walking: Walking) -> None:
        self._demo = demo
        self._workspace = demo.slack.workspace
        self._ann = self._workspace.person("Ann")
        self._until = walking.until
        self._say = walking.say

    async def walk(self, older: Path) -> int:
        """Walk on from the build at *older*, which the group QA has; return 0 if all went well."""
        await self._late_joiner()
        await self._send_again()
        await self._guard()
        await self._distribute(await self._post(NEWER), approved=True)
        await self._guard(off=True)
        await self._mandatory()
        await self._dee_opens()
        await self._nudge()
        recalled = await self._recall()
        await self._distribute(await self._post(NEWEST))
        back = await self._roll_back()
        return await self._judge(recalled, back, older)

    async def _late_joiner(self) -> None:
        dee = self._workspace.person("Dee")
        await self._command(f"groups add QA {dee.mention}")
        told = await self._told("Dee", READY)
        self._say(f"Dee joins QA, and reads: {_line(told)}")

    async def _send_again(self) -> None:
        cid = self._workspace.person("Cid")
        await self._command(f"groups create Beta {cid.mention}")
        await self._seen(lambda: self._answered("Beta"), "the group Beta")
        form = await self._form("send harbour 2.4.0 to Beta", "Please confirm")
        self._say("Ann sends 2.4.0 to Beta as well: no second upload.")
        await self._ann.submit(form)
        await self._told("Cid", READY)

    async def _post(self, name: str) -> Message:
        """Let Cid post a build; return its card once it is a draft."""
        path = await asyncio.to_thread(self._demo.studio.package, name)
        posted = await self._workspace.person("Cid").post(
            "#mobile-builds", "The next one", files=[path]
        )
        self._say(f"Cid posts {path.name}.")

        def card() -> Message | None:
            thread = self._workspace.thread(posted)
            return next((m for m in thread if named_button(m, names.DISTRIBUTE)), None)

        return await self._seen(card, f"the card of {name}")

    async def _guard(self, *, off: bool = False) -> None:
        """Let what goes to QA need the yes of Eve, who administers; or no more."""
        eve = self._workspace.person("Eve")
        rule, said = ("off", FREE) if off else (f"by {eve.mention}", NEEDS)
        own = self._workspace.dm("Eve").id
        await eve.command(own, names.COMMAND, f"groups approval QA {rule}")
        await self._seen(
            lambda: any(said in m.said() for m in self._workspace.ephemerals("Eve")), "the rule"
        )
        self._say(f"Eve lets the group QA {'need no approval' if off else 'need her approval'}.")

    async def _approve(self) -> None:
        def asked() -> Message | None:
            messages = self._workspace.dms("Eve")
            return next((m for m in messages if named_button(m, names.APPROVAL_APPROVE)), None)

        request = await self._seen(asked, "the question to Eve")
        self._say(f"Eve reads: {_line(request)}")
        await self._workspace.person("Eve").click(request, names.APPROVAL_APPROVE)

    async def _distribute(self, card: Message, *, approved: bool = False) -> None:
        await self._ann.click(card, names.DISTRIBUTE)
        form = await self._view("Distribute")
        await self._ann.submit(form, {names.GROUPS: ["QA"]})
        await self._ann.submit(await self._view("Please confirm"))
        if approved:
            await self._approve()
        version = card.said().partition("Harbour ")[2].partition(" ")[0]
        for person in ("Bob", "Dee"):
            await self._told(person, READY, version)
        self._say(f"Ann distributes {version} to QA; Bob and Dee are told.")

    async def _mandatory(self) -> None:
        await self._command("mandatory harbour 2.5.0 for QA because it mends the tides")
        told = await self._told("Bob", "Please install")
        self._say(f"Ann makes 2.5.0 mandatory for QA. Bob reads: {_line(told)}")
        await self._told("Dee", "Please install")

    async def _dee_opens(self) -> None:
        link = _link(await self._told("Dee", READY, "2.5.0"))
        async with httpx.AsyncClient(headers={"User-Agent": SAFARI}) as client:
            answer = await client.get(link)
        if "Mandatory since" not in answer.text:
            raise SlipwayError("The install page does not say that the release is mandatory.")
        self._say("Dee opens the page, which says that it is mandatory, and installs nothing.")

    async def _nudge(self) -> None:
        """Ask who has it, and remind those who have not."""
        await self._command("who harbour 2.5.0 in QA")

        def listed() -> Message | None:
            answers = self._workspace.ephemerals("Ann")
            return next((m for m in reversed(answers) if named_button(m, names.NUDGE)), None)

        answer = await self._seen(listed, "who has it")
        if "1 opened it" not in answer.said():
            raise SlipwayError(f"Dee opened the page, and the list says: {_line(answer)}")
        self._say("Ann asks who has it: nobody yet, and Dee opened the page.")
        await self._ann.click(answer, names.NUDGE)
        await self._ann.submit(await self._view("Remind people"))
        for person in ("Bob", "Dee"):
            await self._told(person, "reminds you of")
        self._say("Ann reminds both of them.")

    async def _recall(self) -> list[str]:
        """Recall 2.5.0; return the links that lead nowhere from now on."""
        links = [_link(await self._told(one, READY, "2.5.0")) for one in ("Bob", "Dee")]
        form = await self._form("recall harbour 2.5.0 because it loses charts", "Please confirm")
        await self._ann.submit(form)
        await self._told("Dee", "was recalled")
        self._say("Ann recalls 2.5.0: the messages say so, and 2.4.0 is current again.")
        return links

    async def _roll_back(self) -> str:
        """Let QA go back to 2.4.0; return Bob's link to it."""
        form = await self._form("rollback QA to 2.4.0 because it is slow", "Please confirm")
        await self._ann.submit(form)
        told = await self._told("Bob", BACK)
        await self._told("Dee", BACK)
        self._say(f"Ann lets QA go back. Bob reads: {_line(told)}")
        return _link(told)

    async def _judge(self, recalled: list[str], back: str, older: Path) -> int:
        async with httpx.AsyncClient() as client:
            answers = [(await client.get(link)).status_code for link in recalled]
        if set(answers) != {404}:
            self._say(f"Links of the recalled release answered {answers}.")
            return 1
        self._say("Links of the recalled release answer 404.")
        if not await self._installs(back, older):
            return 1
        twice = self._told_twice()
        if twice:
            self._say(f"Somebody was told twice: {twice}")
            return 1
        self._say("Nobody was told anything twice.")
        return 0

    async def _installs(self, link: str, older: Path) -> bool:
        """Return whether the older build comes by a link: its own bytes, or signed for more."""
        with TemporaryDirectory(prefix="slipway-phone-") as folder:
            path = Path(folder) / "again.ipa"
            async with self._demo.studio.phone("Bob") as device:
                installed = await device.install(link, kept=path)
            changed = await asyncio.to_thread(compare, older, path)
        if changed:
            self._say(f"After the rollback another app came than 2.4.0: {changed[0]}")
            return False
        own = installed.sha256 == await asyncio.to_thread(_digest, older)
        how = "the very bytes that were posted" if own else "the same app, signed for more phones"
        self._say(
            f"After the rollback Bob's phone fetched 2.4.0 ({installed.size:,} bytes): {how}."
        )
        return True

    def _told_twice(self) -> list[str]:
        """
        Return what the same person was told more than once.

        What stands in the place of a link that was taken back is no new word.
        """
        found: Counter[str] = Counter()
        for person in ("Bob", "Dee", "Cid", "Ann", "Eve"):
            own = [message for message in self._workspace.dms(person) if message.is_bot]
            found.update(f"{person}: {_key(message)}" for message in own)
            found.update(
                f"{person}: {_line(message)}" for message in own if GONE not in message.said()
            )
        return [text for text, count in found.items() if count > 1]

    async def _command(self, text: str) -> None:
        await self._ann.command("#mobile-builds", names.COMMAND, text)

    def _answered(self, words: str) -> bool:
        return any(words in m.said() for m in self._workspace.ephemerals("Ann"))

    async def _form(self, text: str, title: str) -> View:
        """Type a command and return the form that it opens."""
        await self._command(text)
        return await self._view(title)

    async def _view(self, title: str) -> View:
        def view() -> View | None:
            found = self._workspace.view_of("Ann")
            return found if found is not None and found.title == title else None

        return await self._seen(view, f"the form {title}")

    async def _told(self, person: str, words: str, version: str = "") -> Message:
        """Wait for the newest message to somebody that says something, of a version."""

        def look() -> Message | None:
            found = [
                m
                for m in self._workspace.dms(person)
                if m.is_bot and words in m.said() and version in m.said()
            ]
            return found[-1] if found else None

        return await self._seen(look, f"a word to {person}")

    async def _seen(self, look: Callable[[], T | None], what: str) -> T:
        return cast("T", await self._until(look, what))


def _key(message: Message) -> str:
    """Return what Slipway finds a message again by."""
    return str((message.metadata or {}).get("event_payload", {}).get("key", message.ts))


def _link(message: Message) -> str:
    found = LINK.search(str(message.blocks) + message.text)
    if found is None:
        raise SlipwayError(f"There is no link in: {_line(message)}")
    return found.group()


def _line(message: Message) -> str:
    return " ".join(message.text.split())[:160]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
