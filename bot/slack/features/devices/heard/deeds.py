"""Answers what people write about devices, and what they wrote in a channel by mistake."""

import re
import time
from collections.abc import Callable, Sequence
from datetime import date

from bot.house import House
from bot.slack.features.devices.deciding import messages as deciding_messages
from bot.slack.features.devices.deciding.deeds import board
from bot.slack.features.devices.deeds import OwnDevices, claims_of, family_in, says_mac
from bot.slack.features.devices.heard import messages
from bot.slack.features.devices.heard.messages import HeardWords, Whereabouts
from bot.slack.kit.blocks import Message
from bot.slack.kit.payloads import (
    Body,
    Click,
    Outdated,
    actor,
    is_direct,
    is_word_of_a_person,
    text,
    text_or_none,
)
from bot.slack.kit.typed import to_plain
from bot.slack.line.errors import problem
from bot.slack.line.postings import Spot, showing
from bot.slack.line.rereading import Rereading
from bot.slack.workspace import Workspace
from provisioning.actors import slack
from provisioning.devices.finding import FoundUdids, find
from provisioning.devices.udids import Udid
from storage.errors import SlipwayError

#: More than this in one message is a list, and lists are files.
MOST_AT_ONCE = 10

#: So many messages about devices a person is answered in a minute.
ANSWERED, WITHIN = 6, 60.0
#: Of so many people it is remembered what they were answered.
REMEMBERED = 10_000

#: What asks for help with a device.
_PLEA = re.compile(
    r"\b(?:udid|help|register|registration|enroll?|enrolment|enrollment)\b"
    r"|\b(?:add|new|another)\b.{0,24}\b(?:phone|iphone|ipad|device|tablet|watch)\b",
    re.IGNORECASE,
)
#: A UDID in a channel: 40 digits are more often a commit, unless somebody says what they are.
_CHIP_FORM = re.compile(r"(?<![\w-])[0-9A-Fa-f]{8}[-‐‑‒–—−][0-9A-Fa-f]{16}(?![\w-])")  # noqa: RUF001 - what phones make of a hyphen
_LONG_FORM = re.compile(r"(?<![\w-])[0-9A-Fa-f]{40}(?![\w-])")
_SAYS_SO = re.compile(r"udid|iphone|ipad", re.IGNORECASE)


async def is_about_devices(event: Body) -> bool:
    """Whether a person writes to us about a device."""
    if not (is_direct(event) and is_word_of_a_person(event)):
        return False
    said = to_plain(text_or_none(event, "text") or "")
    found = find(said)
    return bool(found.udids or found.lookalikes or _asks_for_help(said))


async def is_a_mistake(event: Body) -> bool:
    """Whether a person wrote a UDID where others read it. This is asked of every message."""
    if is_direct(event) or not is_word_of_a_person(event):
        return False
    said = text_or_none(event, "text") or ""
    if _CHIP_FORM.search(said):
        return True
    return bool(_LONG_FORM.search(said) and _SAYS_SO.search(said))


def _asks_for_help(said: str) -> bool:
    return len(said) < 200 and _PLEA.search(said) is not None  # noqa: PLR2004 - longer is no plea


class Attention:
    """Whom to answer: a person who floods is told so once, and then nothing for a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[str, list[float]] = {}

    def answers(self, user_id: str) -> bool | None:
        """Return whether to answer; None for the one time when it is said that it is too much."""
        at = self._clock()
        recent = [one for one in self._times.pop(user_id, []) if one > at - WITHIN]
        before = len(recent)
        if before <= ANSWERED:  # The one too many counts as well: it is answered, too.
            recent.append(at)
        self._times[user_id] = recent
        if len(self._times) > REMEMBERED:
            del self._times[next(iter(self._times))]
        if before == ANSWERED:
            return None
        return before < ANSWERED


class Hearing:
    """Hears UDIDs."""

    def __init__(self, house: House, workspace: Workspace, own: OwnDevices) -> None:
        self._house = house
        self._workspace = workspace
        self._own = own
        self._board = board(house, workspace)
        self._rereading = Rereading(workspace.clients.patient, workspace.standing)
        self._attention = Attention()

    async def hear(self, event: Body) -> None:
        """Answer a direct message with one of ours. What may pass by itself is raised."""
        user_id = text(event, "user")
        answers = self._attention.answers(user_id)
        if answers is False:
            return
        if answers is None:
            await self._workspace.voice.direct(user_id, messages.too_much())
            return
        where = whereabouts(event)
        said = to_plain(text_or_none(event, "text") or "")
        try:
            answer = await self._answer(said, user_id, where, confirmed=False)
        except SlipwayError as error:
            if error.transient:
                raise
            answer = problem(str(error))
        await self._draw(where, answer)

    async def saw(self, event: Body) -> None:
        """Tell a person that they wrote a UDID where others read it; nothing is kept of it."""
        user_id, where = text(event, "user"), whereabouts(event)
        told = showing(messages.seen_in_a_channel(where))
        await self._workspace.conversations.draw(_key(where), user_id, told)

    async def go_on(self, click: Click) -> None:
        """Take the UDIDs of a message that somebody confirmed; it is read once more for that."""
        channel_id, ts, thread_ts, *_ = (*click.parts, "", "", "")
        if not ts:
            raise Outdated
        where = Whereabouts(channel_id=channel_id, ts=ts, thread_ts=thread_ts)
        message = await self._rereading.message(channel_id, ts, thread_ts)
        user_id = click.asker.user_id
        if message is None or text_or_none(message, "user") != user_id:
            answer = messages.gone()
        else:
            said = to_plain(text_or_none(message, "text") or "")
            answer = await self._answer(said, user_id, where, confirmed=True)
        await self.redraw(click, answer)

    async def redraw(self, click: Click, answer: Message) -> None:
        """Draw the message that a button stands on anew, or say it where that is not ours."""
        posted = click.asker.channel_id, click.message_ts
        if posted[0] and posted[1] and await self.turn(posted[0], posted[1], answer):
            return
        await self._workspace.voice.whisper(click.asker, answer)

    async def turn(self, channel_id: str, ts: str, answer: Message) -> bool:
        """Draw one of our messages anew; False when there is none at that place."""
        key = await self._workspace.postings.at(channel_id, ts)
        if key is None:
            return False
        await self._workspace.postings.draw(key, Spot(channel_id=channel_id), showing(answer))
        return True

    async def plead(self, click: Click) -> Message:
        """Tell those who decide that somebody wants help, once a day; return what to say."""
        user_id = click.asker.user_id

        plea = deciding_messages.plea(user_id)
        key = f"plea:{user_id}:{date.today():%Y%m%d}"  # noqa: DTZ011 - a day like any other
        return messages.pleaded(await self._board.say(key, showing(plea)))

    async def _answer(
        self, said: str, user_id: str, where: Whereabouts, *, confirmed: bool
    ) -> Message:
        found = find(said, mac=says_mac(said))
        udids = _udids(found, confirmed=confirmed)
        if len(udids) > MOST_AT_ONCE:
            return messages.too_many(len(udids))
        others = [one for one in found.lookalikes if one.offered is None or not confirmed]
        if not udids and not others:
            return messages.ways(await self._link(user_id))
        handed = await self._own.hand_in(
            claims_of(udids, found.models), slack(user_id), actor(user_id)
        )
        words = HeardWords(
            where=where, refused=handed.refused, lookalikes=tuple(others), family=family_in(said)
        )
        return messages.heard(handed.claimed, words)

    async def _link(self, user_id: str) -> str | None:
        """Return the page on which a device tells its own UDID, None where it could not."""
        links = self._house.links
        if not (links.secure or links.loopback):
            return None  # A phone takes its question by https alone.
        token = await self._house.devices.enrolment.invite(slack(user_id), actor(user_id))
        return links.enroll(token)

    async def _draw(self, where: Whereabouts, answer: Message) -> None:
        spot = Spot(channel_id=where.channel_id)
        await self._workspace.postings.draw(_key(where), spot, showing(answer))


def _udids(found: FoundUdids, *, confirmed: bool) -> Sequence[Udid]:
    offered = [one.offered for one in found.lookalikes if one.offered is not None]
    return list(dict.fromkeys([*found.udids, *(offered if confirmed else [])]))


def whereabouts(event: Body) -> Whereabouts:
    """Return where a message stands."""
    return Whereabouts(
        channel_id=text(event, "channel"),
        ts=text(event, "ts"),
        thread_ts=text_or_none(event, "thread_ts") or "",
    )


def _key(where: Whereabouts) -> str:
    return f"heard:{where.channel_id}:{where.ts}"
