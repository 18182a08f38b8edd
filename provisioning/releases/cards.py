"""What people are shown of uploads, releases and recipients: values, read and never written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from provisioning.releases.lifecycle import Standing
from provisioning.releases.policy import Demand, MandatoryTerms
from storage.inspection.diff import Change
from storage.inspection.facts import Facts
from storage.records.app import App
from storage.records.build import Build
from storage.records.distribution import DistributionState, RecipientState
from storage.records.edit import EditKind
from storage.records.recall import RecallState
from storage.records.release import NotesKind, ReleaseState
from storage.records.tester import Tester
from storage.records.upload import UploadState


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPlace:
    """Where a card of an upload belongs. `thread` is None until the message was seen."""

    teller: str
    address: str
    thread: str | None
    gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCard:
    """
    A build as people see it. All text in `facts` is a stranger's: escape it.

    `remarks` are the reader's sentences. An external build has a `link`, and no size or digest.
    `refusal` is what was found to keep it from being signed again, `teams` are those at Apple that
    sign here; both are empty where nothing is known, and but for the card of an upload.
    """

    build_id: str
    file_name: str
    size: int | None
    sha256: str | None
    icon_sha256: str | None
    link: str | None
    remarks: tuple[str, ...]
    facts: Facts
    refusal: str = ""
    teams: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.facts.name or self.facts.bundle_id or self.file_name


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolsCard:
    """Symbols as people see them; `version` is that of the build they belong to, if it is here."""

    kind: str
    file_name: str
    size: int
    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChip:
    """A group by name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppChoice:
    """An app that a build may belong to, where several share its identifier."""

    app_id: str
    name: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A tester who could not be told, or is not told yet, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCard:
    """
    That a release is current again somewhere: in place of which version, and why.

    `told` of those `people` who get it again heard of it; `unreached` could not be told, of whom
    `missed` are the first by name. `replaced` is empty where nothing was there.
    """

    replaced: str
    replaced_ids: tuple[str, ...]
    because: str
    people: int = 0
    told: int = 0
    unreached: int = 0
    missed: tuple[Unreached, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCard:
    """
    One act of distributing a release: who sent it where, and how it goes.

    One that `joins` gave it to those who came into a group where it is current; one with a `back`
    made it current again. Acts of one `joint_id` came of one click for several platforms.
    """

    distribution_id: str
    by: str
    at: datetime
    groups: tuple[GroupChip, ...]
    singles: int
    mandatory: bool
    notify: bool
    state: DistributionState
    shortfall: str
    reason: str
    joins: bool = False
    back: ReturnCard | None = None
    joint_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallCard:
    """
    One act of taking a release back: by whom, from whom and why, and how it goes.

    `people` lost it. `told` of those who had begun to fetch it heard of it, `unreached` could not
    be told, of whom `missed` are the first by name; `waiting` are still to be told.
    """

    recall_id: str
    by: str
    at: datetime
    because: str
    is_whole: bool
    groups: tuple[GroupChip, ...]
    singles: int
    people: int
    state: RecallState
    shortfall: str
    reason: str
    told: int = 0
    waiting: int = 0
    unreached: int = 0
    missed: tuple[Unreached, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabling:
    """By whom a release was disabled, when, and why; nobody has to say why."""

    by: str
    at: datetime
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCard:
    """One act of changing what people see of a release; `detail` is as its record has it."""

    edit_id: str
    release_id: str
    kind: EditKind
    by: str
    at: datetime
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsLine:
    """
    On which terms a release is mandatory, and for whom: groups, and people who have it by name.

    `everywhere` means that nobody has it who is not among them.
    """

    terms: MandatoryTerms
    groups: tuple[GroupChip, ...] = ()
    singles: int = 0
    everywhere: bool = True


#: What stands so is not sent together with anything.
_NOT_HERE = frozenset({Standing.DISMISSED, Standing.RECALLED, Standing.AWAITING_APPROVAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingLine:
    """
    Another app of a product, with its release of the same version: how it stands there.

    Without a `release_id` there is none. `label` is the version with its build.
    """

    app_id: str
    app_name: str
    app_display_name: str
    platform: str
    release_id: str | None = None
    number: int = 0
    label: str = ""
    standing: Standing | None = None

    @property
    def is_here(self) -> bool:
        """Whether it has a release that is not over, and waits for no approval."""
        return self.standing is not None and self.standing not in _NOT_HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLine:
    """
    That a release waits for other platforms, to go out with them: for whom, by whom, until when.

    `platforms` are those whose build of the `version` is missing still. `turn` grows with each
    change.
    """

    order_id: str
    turn: int
    by: str
    at: datetime
    due_at: datetime
    version: str
    platforms: tuple[str, ...]
    groups: tuple[GroupChip, ...]
    singles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCard:
    """
    A release with its app, its build, and how far it has gone.

    `created_by` and the like are references of actors. `counts` counts people, each once.
    `unreached` are the first of those who could not be told, by name, and `held` the first of those
    who wait until it is signed for their phone; `successor` is the version that took its place,
    once it is superseded; `newer` that of the newest live release of the app with a higher number,
    wherever it went. `recalls` took it back, oldest first. `unregistered` is why certified phones
    in some countries refuse it, empty where they do not. `disabling` is there while it is disabled.
    `mandatory` has a line for each terms. `siblings` are the other apps of its product, `pending`
    has a line for each order that waits for one of them.
    """

    release_id: str
    number: int
    revision: int
    state: ReleaseState
    standing: Standing
    notes: str
    created_by: str
    created_at: datetime
    published_by: str | None
    published_at: datetime | None
    ended_by: str | None
    ended_why: str
    app_id: str
    app_name: str
    app_display_name: str
    build: BuildCard
    previous: str | None  #: Such as `2.3.0 (230)`; None for the first build of an app.
    changes: tuple[Change, ...]
    usual_group: GroupChip | None
    groups: tuple[GroupChip, ...]  #: Those that have it, newest or not.
    acts: tuple[ActCard, ...]
    recalls: tuple[RecallCard, ...]
    counts: dict[RecipientState, int]
    unreached: tuple[Unreached, ...]
    held: tuple[Unreached, ...]
    mandatory: tuple[TermsLine, ...]
    successor: str | None
    newer: str | None
    unregistered: str = ""
    notes_kind: NotesKind = NotesKind.MARKDOWN
    tags: tuple[str, ...] = ()
    disabling: Disabling | None = None
    siblings: tuple[SiblingLine, ...] = ()
    pending: tuple[PendingLine, ...] = ()

    @property
    def sent(self) -> tuple[ActCard, ...]:
        """The acts by which somebody sent it, without those for people who joined a group."""
        return tuple(act for act in self.acts if not act.joins)

    @property
    def reached(self) -> int:
        """How many people were told."""
        return self.counts.get(RecipientState.TOLD, 0)

    @property
    def silent(self) -> int:
        """How many people may install it and were not to be told."""
        return self.counts.get(RecipientState.SILENT, 0)

    @property
    def waiting_for_phones(self) -> int:
        """How many people wait until it is signed for their phone."""
        return self.counts.get(RecipientState.HELD, 0)

    @property
    def is_signing(self) -> bool:
        """Whether it is being signed for more phones before anybody is told of an act."""
        return any(act.state is DistributionState.SIGNING for act in self.acts)

    @property
    def people(self) -> int:
        """How many people it was given to, without those from whom it was taken back."""
        return sum(self.counts.values()) - self.counts.get(RecipientState.WITHDRAWN, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadCard:
    """
    An upload with whatever has become of it.

    `choices` are the apps that a build without a release may belong to, when there are several, and
    those that a draft may move to.
    `entry` is the path of the build within the zip that it came in, empty when it came as it is.
    """

    upload_id: str
    key: str
    state: UploadState
    reason: str
    file_name: str
    entry: str
    size: int | None
    received_bytes: int
    by: str
    quiet: bool
    again: bool
    notes: str
    places: tuple[CardPlace, ...]
    build: BuildCard | None
    symbols: SymbolsCard | None
    release: ReleaseCard | None
    choices: tuple[AppChoice, ...]
    notes_kind: NotesKind = NotesKind.MARKDOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientCard:
    """
    What one tester is told: as much of the release as their message says.

    With `back` they go back to it, in place of a build with the facts of `replaced`. `beside` are
    other apps of the same program that they have: one at a time is on a phone. `is_disabled` says
    that nobody can install it for now. `demand` is there where they have to install this very
    release, or will have to. With a `joint_id` they may have been given other platforms by the same
    click; one who `is_late` hears of it after the act was done, on their own.
    """

    recipient_id: str
    distribution_id: str
    tester: Tester
    state: RecipientState
    demand: Demand | None
    by: str
    release_id: str
    app_display_name: str
    notes: str
    build: BuildCard
    back: ReturnCard | None = None
    replaced: Facts | None = None
    beside: tuple[str, ...] = ()
    notes_kind: NotesKind = NotesKind.MARKDOWN
    is_disabled: bool = False
    joint_id: str | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """
    A release in a list: only what a line of it says.

    `system` is the one that runs it, as its makers write it: visionOS for an app of iOS, too.
    """

    release_id: str
    app_id: str
    app_name: str
    app_display_name: str
    platform: str
    system: str
    number: int
    version: str
    build: str
    standing: Standing
    notes: str
    at: datetime
    icon_sha256: str | None = None
    notes_kind: NotesKind = NotesKind.MARKDOWN
    is_external: bool = False
    tags: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The version as people say it: `2.4.0 (241)`."""
        return version_of(self.version, self.build)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachLine:
    """
    A release in a list that says how far it went, in people.

    `reached` were told, `silent` may install it and were not to be told.
    """

    release: ReleaseLine
    reached: int
    silent: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLine:
    """
    A release that a person was given, in a list of theirs.

    `demand` is there where they have to install this very release, or will have to.
    """

    recipient_id: str
    tester_id: str
    demand: Demand | None
    release: ReleaseLine


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLine:
    """An app in a list, with its newest release."""

    app: App
    latest: ReleaseLine | None


def version_of(version: str | None, build: str | None) -> str:
    """Return `2.4.0 (240)`, or as much of it as there is."""
    if version and build and build != version:
        return f"{version} ({build})"
    return version or build or "without a version"


def build_card(build: Build) -> BuildCard:
    """Return a build as people see it, without what is known of signing it again."""
    return BuildCard(
        build_id=build.id,
        file_name=build.file_name,
        size=build.size,
        sha256=build.sha256,
        icon_sha256=build.icon_sha256,
        link=build.link,
        remarks=tuple(build.remarks),
        facts=Facts(**build.facts),
    )
