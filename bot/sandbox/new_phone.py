"""Bob's new phone: from a word in Slack to an app that runs on it."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

from bot.sandbox.acting import named_button
from bot.sandbox.demo import Demo
from bot.sandbox.phone import CannotInstall
from bot.sandbox.samples.handsets import BOBS_NEW
from bot.sandbox.slack.messages import Message
from bot.slack.kit import names
from provisioning.codesign.verifying.comparison import compare

LINK = re.compile(r"https?://[^\s|>\"]+/i/[A-Za-z0-9_-]{22}")


class Walking(Protocol):
    """Whoever walks: waits for what comes, and says what happened."""

    async def until(self, look: Callable[[], Any], what: str) -> Any: ...  # noqa: ANN401

    def say(self, line: str) -> None: ...


class NewPhone:
    """What Bob, Ann and Apple do about it, with the outcome of each step."""

    def __init__(self, demo: Demo, walking: Walking) -> None:
        self._demo = demo
        self._workspace = demo.slack.workspace
        self._until = walking.until
        self._say = walking.say

    async def walk(self, base: Path, link: str) -> int:
        """
        Walk from the build at *base*, which Bob was given by *link*; return 0 if it runs.

        It runs if the phone takes it, and differs from *base* in profiles, seals and signatures.
        """
        if await self._is_refused(link):
            await self._hand_in()
            await self._approve()
            link = await self._is_told()
        return await self._install(base, link)

    async def _is_refused(self, link: str) -> bool:
        async with self._demo.studio.phone("Bob", newest=True) as device:
            try:
                await device.install(link)
            except CannotInstall as refused:
                self._say(f"Bob's {BOBS_NEW.product} does not take it: {_short(refused)}")
                return True
        self._say(f"Bob's {BOBS_NEW.product} takes it, from the last time.")
        return False

    async def _hand_in(self) -> None:
        bob = self._workspace.person("Bob")
        before = len(self._heard())
        await bob.dm(f"Here is my new iPhone: {BOBS_NEW.udid}")
        answer = await self._until(
            lambda: next(iter(self._heard()[before:]), None), "an answer to Bob"
        )
        self._say(f"Bob sends its UDID, and reads: {_line(answer)}")

    def _heard(self) -> list[Message]:
        """Return what Slipway wrote to Bob."""
        return [message for message in self._workspace.dms("Bob") if message.is_bot]

    async def _approve(self) -> None:
        def asked() -> Message | None:
            messages = self._workspace.dms("Ann")
            return next((m for m in messages if named_button(m, names.DEVICE_APPROVE)), None)

        request = cast("Message", await self._until(asked, "the question to Ann"))
        self._say(f"Ann reads: {_line(request)}")
        await self._workspace.person("Ann").click(request, names.DEVICE_APPROVE)
        self._say("Ann approves.")

    async def _is_told(self) -> str:
        """Return the link in the message that says he can install it."""
        told = cast("Message", await self._until(self._told, "the word that Bob can install it"))
        self._say(f"Bob reads: {_line(told)}")
        found = LINK.search(str(told.blocks) + told.text)
        assert found is not None
        return found.group()

    def _told(self) -> Message | None:
        return next(
            (
                message
                for message in reversed(self._workspace.dms("Bob"))
                if "can install" in message.said() and LINK.search(str(message.blocks))
            ),
            None,
        )

    async def _install(self, base: Path, link: str) -> int:
        with TemporaryDirectory(prefix="slipway-phone-") as folder:
            path = Path(folder) / "signed.ipa"
            async with self._demo.studio.phone("Bob", newest=True) as device:
                installed = await device.install(link, kept=path)
            changed = await asyncio.to_thread(compare, base, path)
        if changed:
            self._say(f"It is another app than was posted: {changed[0]}")
            return 1
        self._say(
            f"Bob's {BOBS_NEW.product} installed {installed.size:,} bytes: the same app, signed "
            "for it, with other profiles, seals and signatures."
        )
        return 0


def _line(message: Message) -> str:
    return " ".join(message.text.split())[:160]


def _short(error: Exception) -> str:
    return str(error).partition(". ")[0] + "."
