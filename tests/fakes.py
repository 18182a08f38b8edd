"""A small working thing at every socket, each remembering what it was given."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from provisioning.errors import DirectoryFailed, SourceGone
from provisioning.intake.preparing import Preparing
from provisioning.ports import Incoming, PersonFacts, Told
from provisioning.roads.road import Road
from storage.errors import NotFound, SlipwayError
from storage.inspection.facts import Hashes, Inspection
from storage.inspection.inspector import glance, inspect
from storage.inspection.source import Glimpse
from storage.records.tester import Tester

P = ParamSpec("P")
T = TypeVar("T")


class InlineEngine:
    """
    Walks a road at once when it is started; the same start again does nothing.

    A walk that breaks off is given up, as the durable engine would.
    """

    def __init__(self) -> None:
        self.roads: dict[str, Road] = {}
        self.started: list[tuple[str, str]] = []
        self.idle = False  #: Starts are only noted.

    async def start(self, road: str, subject: str) -> None:
        if (road, subject) in self.started:
            return
        self.started.append((road, subject))
        if self.idle:
            return
        try:
            await self.roads[road].walk(InlineStep(), subject)
        except SlipwayError as failure:
            await self.roads[road].give_up(subject, str(failure))


class InlineStep:
    """Does what a step is asked to at once."""

    async def __call__(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        del name
        return await act(*args, **kwargs)

    async def briefly(
        self, name: str, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self(name, act, *args, **kwargs)

    async def pause(self, name: str, seconds: float) -> None:
        del name, seconds


@dataclass
class FakeTeller:
    """
    Keeps what people would have read.

    `deaf` recipients cannot be told, for the reason given; `*` stands for all. `failing` are the
    errors that the next calls of a method raise, by its name.
    """

    name: str = "slack"
    shown: list[str] = field(default_factory=list)
    redrawn: list[str] = field(default_factory=list)
    announced: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    recalls: list[str] = field(default_factory=list)
    messages_redrawn: list[str] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)
    nudges: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    mandates: list[str] = field(default_factory=list)
    reminders: list[str] = field(default_factory=list)
    reminded_anew: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    approvals: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    proclaimed: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    told_waits: list[str] = field(default_factory=list)
    installable: list[tuple[str, str]] = field(default_factory=list)
    waves: list[str] = field(default_factory=list)
    rebuilds: list[tuple[str, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    leavers: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    deaf: dict[str, str] = field(default_factory=dict)
    failing: dict[str, list[Exception]] = field(default_factory=dict)
    on_tell: Callable[[], Awaitable[object]] | None = None  #: Happens while somebody is told.

    def reaches(self, tester: Tester) -> bool:
        return tester.slack_id is not None

    async def show_upload(self, upload_id: str) -> None:
        self._fail("show_upload")
        self.shown.append(upload_id)

    async def show_release(self, release_id: str) -> None:
        self._fail("show_release")
        self.redrawn.append(release_id)

    async def places(self, distribution_id: str) -> list[str]:
        del distribution_id
        return self.channels

    async def announce(self, distribution_id: str, address: str) -> None:
        self._fail("announce")
        self.announced.append((distribution_id, address))

    async def tell(self, recipient_id: str) -> Told:
        self._fail("tell")
        if recipient_id in self.deaf or "*" in self.deaf:
            return Told(delivered=False, reason=self.deaf.get(recipient_id, self.deaf.get("*", "")))
        self.told.append(recipient_id)
        if self.on_tell is not None:
            await self.on_tell()
        return Told(delivered=True)

    async def report(self, distribution_id: str) -> None:
        self._fail("report")
        self.reported.append(distribution_id)

    async def tell_recall(self, notice_id: str) -> Told:
        self._fail("tell_recall")
        if "*" in self.deaf:
            return Told(delivered=False, reason=self.deaf["*"])
        self.noticed.append(notice_id)
        return Told(delivered=True)

    async def take_back(self, recipient_id: str) -> None:
        self._fail("take_back")
        self.taken_back.append(recipient_id)

    async def report_recall(self, recall_id: str) -> None:
        self._fail("report_recall")
        self.recalls.append(recall_id)

    async def redraw(self, recipient_id: str) -> None:
        self._fail("redraw")
        self.messages_redrawn.append(recipient_id)

    async def report_mandate(self, mandate_id: str) -> None:
        self._fail("report_mandate")
        self.mandates.append(mandate_id)

    async def remind(self, reminder_id: str) -> Told:
        self._fail("remind")
        if "*" in self.deaf:
            return Told(delivered=False, reason=self.deaf["*"])
        self.reminders.append(reminder_id)
        return Told(delivered=True)

    async def redraw_reminder(self, reminder_id: str) -> None:
        self._fail("redraw_reminder")
        self.reminded_anew.append(reminder_id)

    async def report_edit(self, edit_id: str) -> None:
        self._fail("report_edit")
        self.edits.append(edit_id)

    async def tell_nudge(self, word_id: str) -> Told:
        self._fail("tell_nudge")
        if "*" in self.deaf:
            return Told(delivered=False, reason=self.deaf["*"])
        self.reminded.append(word_id)
        return Told(delivered=True)

    async def report_nudge(self, nudge_id: str) -> None:
        self._fail("report_nudge")
        self.nudges.append(nudge_id)

    async def report_trouble(self, report_id: str) -> None:
        self._fail("report_trouble")
        self.reports.append(report_id)

    async def show_join(self, request_id: str) -> None:
        self._fail("show_join")
        self.joins.append(request_id)

    async def trouble(self, reference: str, sentence: str) -> None:
        self.troubles.append((reference, sentence))

    async def tell_device(self, subject: str) -> None:
        self._fail("tell_device")
        self.devices.append(subject)

    async def show_approval(self, registration_id: str) -> None:
        self._fail("show_approval")
        self.approvals.append(registration_id)

    async def show_request(self, request_id: str) -> None:
        self._fail("show_request")
        self.requests.append(request_id)

    async def tell_asker(self, request_id: str) -> None:
        self._fail("tell_asker")
        self.asked.append(request_id)

    async def report_pending(self, order_id: str) -> None:
        self._fail("report_pending")
        self.waits.append(order_id)

    async def tell_pending(self, order_id: str) -> None:
        self._fail("tell_pending")
        self.told_waits.append(order_id)

    async def proclaim(self, request_id: str) -> None:
        self._fail("proclaim")
        self.proclaimed.append(request_id)

    async def tell_installable(self, wave_id: str, tester_id: str) -> None:
        self._fail("tell_installable")
        self.installable.append((wave_id, tester_id))

    async def show_wave(self, wave_id: str) -> None:
        self._fail("show_wave")
        self.waves.append(wave_id)

    async def tell_rebuild(self, rebuild_id: str, tester_id: str) -> None:
        self._fail("tell_rebuild")
        self.rebuilds.append((rebuild_id, tester_id))

    async def answer_step(self, run_id: str) -> None:
        self._fail("answer_step")
        self.steps.append(run_id)

    async def show_leavers(self, notice_id: str) -> None:
        self._fail("show_leavers")
        self.leavers.append(notice_id)

    def _fail(self, method: str) -> None:
        if self.failing.get(method):
            raise self.failing[method].pop(0)


class FakePreparing(Preparing):
    """
    Notes what it was to prepare, which takes a process of its own otherwise.

    `finds` is what it answers, or raises.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.finds: bool | Exception = False

    async def prepare(self, upload_id: str) -> bool:
        self.asked.append(upload_id)
        if isinstance(self.finds, Exception):
            raise self.finds
        return self.finds


@dataclass
class FakeDirectory:
    """
    Knows the people and user groups a test put in; `silent` groups do not answer.

    While it `is_silent` it says nothing of anybody.
    """

    people_known: dict[str, PersonFacts] = field(default_factory=dict)
    usergroups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    is_silent: bool = False

    def add(
        self,
        user_id: str,
        name: str,
        *,
        bot: bool = False,
        guest: bool = False,
        stranger: bool = False,
        deleted: bool = False,
    ) -> None:
        self.people_known[user_id] = PersonFacts(
            id=user_id, name=name, bot=bot, guest=guest, stranger=stranger, deleted=deleted
        )

    async def person(self, user_id: str) -> PersonFacts:
        if self.is_silent:
            raise DirectoryFailed
        if user_id not in self.people_known:
            raise NotFound("There is nobody of this id.")
        return self.people_known[user_id]

    async def people(self, user_ids: Collection[str]) -> dict[str, PersonFacts]:
        return {one: self.people_known[one] for one in user_ids if one in self.people_known}

    async def members(self, usergroup_id: str) -> tuple[str, ...]:
        if usergroup_id in self.silent:
            raise DirectoryFailed
        return self.usergroups.get(usergroup_id, ())

    async def memberships(
        self, usergroup_ids: Collection[str], *, surely: bool = False
    ) -> dict[str, tuple[str, ...]]:
        del surely  # Nothing is remembered here.
        return {one: await self.members(one) for one in usergroup_ids if one not in self.silent}


@dataclass
class FakeSource:
    """Gives the files a test put in, by file id; `broken` ones raise, at once or midway."""

    files: dict[str, Path] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)
    broken_midway: dict[str, Exception] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, reference: Mapping[str, Any]) -> AsyncGenerator[Incoming]:
        file_id = reference["file_id"]
        self.opened.append(file_id)
        if file_id in self.broken:
            raise self.broken[file_id]
        if file_id not in self.files:
            raise SourceGone
        content = self.files[file_id].read_bytes()
        yield Incoming(
            file_name=self.files[file_id].name,
            size=len(content),
            chunks=self._chunks(file_id, content),
            since=partial(self._since, file_id, content),
        )

    async def _since(self, file_id: str, content: bytes, start: int) -> bytes:
        self.looked.append(file_id)
        return content[start:]

    async def _chunks(self, file_id: str, content: bytes) -> AsyncIterator[bytes]:
        half = len(content) // 2
        self.fetched.append(file_id)
        yield content[:half]
        if file_id in self.broken_midway:
            raise self.broken_midway[file_id]
        yield content[half:]


class InlineInspector:
    """Reads a package in this very process."""

    async def inspect(self, path: Path, hashes: Hashes, name: str | None = None) -> Inspection:
        return inspect(path, hashes, name)

    async def glance(self, part: bytes, *, start: int, size: int, name: str) -> bool | None:
        return glance(Glimpse(data=part, start=start, size=size), name)
