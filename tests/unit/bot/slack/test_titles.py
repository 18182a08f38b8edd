"""Two apps of a product share their name: each message says of which platform it speaks."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from bot.slack import joint_messages
from bot.slack.drawing import approvals as approval_lines
from bot.slack.drawing import titles
from bot.slack.features.approvals import messages as approvals
from bot.slack.features.approvals import views as approval_views
from bot.slack.features.devices import messages as devices
from bot.slack.features.distribution import messages as distribution
from bot.slack.features.distribution import views as distribution_views
from bot.slack.features.distribution.noting import views as noting
from bot.slack.features.distribution.typed import deeds as typed
from bot.slack.features.editing import messages as editing
from bot.slack.features.editing.notes import messages as notes
from bot.slack.features.editing.notes import views as notes_views
from bot.slack.features.editing.status import messages as status
from bot.slack.features.editing.status import views as status_views
from bot.slack.features.editing.tags import messages as tags
from bot.slack.features.editing.tags import views as tags_views
from bot.slack.features.groups import messages as groups
from bot.slack.features.home import views as home
from bot.slack.features.linking import messages as linking
from bot.slack.features.mandatory import messages as mandatory
from bot.slack.features.mandatory import views as mandatory_views
from bot.slack.features.mute import messages as mute
from bot.slack.features.recall import messages as recall
from bot.slack.features.recall import views as recall_views
from bot.slack.features.releases import messages as releases
from bot.slack.features.rollback import messages as rollback
from bot.slack.features.rollback import views as rollback_views
from bot.slack.features.trouble import messages as trouble
from bot.slack.features.unfurling import messages as unfurling
from bot.slack.features.uploads import messages as uploads
from bot.slack.features.who import messages as who
from bot.slack.features.who import views as who_views
from bot.slack.kit.blocks import Block, Form, Message, View
from provisioning.actors import Identity, IdentityKind
from provisioning.distributing.approval_cards import (
    ApprovalCard,
    ApprovalLine,
    ApprovalList,
    SignerCard,
)
from provisioning.distributing.earlier import EarlierRelease
from provisioning.distributing.mandate_order import MandatePlan
from provisioning.distributing.order import Plan
from provisioning.distributing.rebuilds import RebuildSheet
from provisioning.distributing.recall_order import RecallPlan
from provisioning.following.holders import HolderList, HoldingPerson
from provisioning.following.nudge_cards import NudgeCard, NudgeWordCard
from provisioning.following.nudge_order import NudgePlan
from provisioning.following.troubles import TroubleCard
from provisioning.installing.signers import BuildSigner
from provisioning.releases.cards import (
    AppChoice,
    AppLine,
    BuildCard,
    EditCard,
    GroupChip,
    ReachLine,
    ReleaseCard,
    ReturnCard,
)
from provisioning.releases.lifecycle import Standing
from provisioning.releases.mandated import MandateCard, ReminderCard
from provisioning.releases.titles import title_of_card
from storage.catalog.destinations import CurrentRow
from storage.catalog.holders import Having, HolderFacts
from storage.records.app import App
from storage.records.approval import ApprovalKind, ApprovalState
from storage.records.edit import EditKind
from storage.records.mandate import MandateKind, MilestoneKind
from storage.records.nudge import NudgeState
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack import reading, samples
from tests.unit.bot.slack.features.groups import sheets

LINK = "https://slipway.example.com/i/abcdefghijklmnopqrstuv"
ANN, QA = "person:slack:UANN0000", GroupChip(id="g" * 32, name="QA")
BOB = samples.recipient().tester
PLAN = Plan(people=3, groups=("QA",))
SYSTEMS = {"ios": "iOS", "android": "Android"}


class Half:
    """A release of one platform, as each kind of card has it."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        # Whatever it runs on is said beside the platform, and is not what names it.
        self.build = samples.build(platform=platform, min_os=None)
        self.draft = samples.release(build=self.build)
        self.card = samples.live(build=self.build, groups=(QA,))
        self.recipient = samples.recipient(self.card)
        self.line = samples.line(platform=platform, system=SYSTEMS[platform])
        self.title = titles.title_of(self.card)
        self.app = App(
            organization_id="o" * 32,
            platform=platform,
            bundle_id="com.example.harbour",
            name=f"harbour-{platform}",
            display_name="Harbour",
            created_by=ANN,
        )

    @property
    def earlier(self) -> EarlierRelease:
        return EarlierRelease(
            group_id=QA.id,
            group_name="QA",
            release_id="e" * 32,
            app_id="a" * 32,
            app_display_name="Harbour",
            platform=self.platform,
            label="2.4.0 (240)",
            system=SYSTEMS[self.platform],
            there_id="f" * 32,
            there="2.5.0 (250)",
            is_back=False,
        )

    def request(self, kind: ApprovalKind = ApprovalKind.ORDER, **changes: object) -> ApprovalCard:
        signed = SignerCard(own=BuildSigner(spelled="a"), before=BuildSigner(spelled="b"))
        fixed: dict[str, object] = {
            "request_id": "q" * 32,
            "kind": kind,
            "state": ApprovalState.WAITING,
            "by": ANN,
            "at": samples.NOW,
            "due_at": samples.NOW,
            "reason": "Too early.",
            "decided_by": ANN,
            "release": self.card,
            "groups": (QA,),
            "people": (Identity(kind=IdentityKind.SLACK, value="UBOB0000"),),
            "notes": "",
            "because": "",
            "mandatory": False,
            "notify": True,
            "needs": (),
            "said": (),
            "plan": PLAN,
            "signer": signed if kind is ApprovalKind.SIGNER else None,
        }
        return ApprovalCard(**{**fixed, **changes})  # type: ignore[arg-type]

    def mandate(self, kind: MandateKind) -> MandateCard:
        return MandateCard(
            mandate_id="m" * 32,
            release_id="e" * 32,
            kind=kind,
            by=ANN,
            at=samples.NOW,
            because="",
            groups=(QA,),
            singles=0,
            terms=(),
            is_open=True,
        )

    def reminder(self, kind: MilestoneKind, *, holds: bool = True) -> ReminderCard:
        return ReminderCard(
            reminder_id="r" * 32,
            kind=kind,
            tester=BOB,
            app_display_name="Harbour",
            release_id="e" * 32,
            build=self.build,
            demand=samples.demand() if holds else None,
        )

    def nudge(self, unreached: int = 0) -> NudgeCard:
        return NudgeCard(
            nudge_id="n" * 32,
            release_id="e" * 32,
            app_display_name="Harbour",
            build=self.build,
            by=ANN,
            at=samples.NOW,
            group="QA",
            state=NudgeState.DONE,
            reason="",
            told=2,
            waiting=0,
            spared=0,
            unreached=unreached,
            missed=(),
        )

    @property
    def word(self) -> NudgeWordCard:
        return NudgeWordCard(
            word_id="w" * 32,
            release_id="e" * 32,
            app_id="a" * 32,
            app_display_name="Harbour",
            build=self.build,
            tester=BOB,
            by=ANN,
        )

    @property
    def trouble(self) -> TroubleCard:
        return TroubleCard(
            report_id="t" * 32,
            release_id="e" * 32,
            app_display_name="Harbour",
            build=self.build,
            published_by=ANN,
            tester=BOB,
            saw="Nothing happens",
            words="",
            phone="",
            devices=(),
            cause="The link was opened twice.",
            advice="Try again.",
            at=samples.NOW,
        )

    def holders(self, *people: HoldingPerson) -> HolderList:
        counts = Counter(one.facts for one in people)
        return HolderList(release_id="e" * 32, counts=counts, people=people)

    def edit(self, kind: EditKind, **detail: object) -> EditCard:
        return EditCard(
            edit_id="d" * 32,
            release_id="e" * 32,
            kind=kind,
            by=ANN,
            at=samples.NOW,
            detail=detail,
        )


Drawn = Message | Form | View | Sequence[Block]

CHOICES = tuple(AppChoice(app_id=one, name=one, display_name="Harbour") for one in ("a", "b"))
WISH = distribution_views.Wish(group_ids=(QA.id,))
FILLED = distribution_views.Filled(wish=WISH, groups=(QA,))
TOLD = HolderFacts(
    having=Having.TOLD,
    cannot=False,
    active=True,
    current=True,
    on_page=False,
    muted=False,
    reminded=False,
    lately=False,
    unmeasured=False,
    reported=False,
)
HOLDER = HoldingPerson(name="Bob", facts=TOLD)
SIGNER, OVERRIDDEN = ApprovalKind.SIGNER, ApprovalState.OVERRIDDEN
MANDATED = mandatory_views.MandatoryWish(release_id="e" * 32)
RECALLED = recall_views.RecallWish(release_id="e" * 32, because="It crashes.")
BACK = rollback_views.RollbackWish(group_id=QA.id, release_id="e" * 32)
LOSS = RecallPlan(people=3, fetched=2)
DUTY = MandatePlan(people=3, having=1, groups=("QA",), singles=0, seen="")
NUDGE = who_views.NudgeForm(release_id="e" * 32, group_id="")
MISSED = samples.recall(unreached=2)

UNTAGGED = tuple(kind for kind in EditKind if kind is not EditKind.TAGS)

Drawing = Callable[[Half], Drawn]


def _mandated(kind: MandateKind) -> Drawing:
    return lambda it: mandatory.log(it.mandate(kind), it.title)


def _mandate_done(kind: MandateKind) -> Drawing:
    return lambda it: mandatory.done(it.card, it.mandate(kind))


def _reminder(kind: MilestoneKind) -> Drawing:
    return lambda it: mandatory.reminder(it.reminder(kind), LINK)


def _edited(kind: EditKind) -> Drawing:
    return lambda it: editing.log(it.edit(kind), it.title)


#: Everything in Slack that names a release, drawn of one platform.
DRAWN: dict[str, Drawing] = {
    "the card": lambda it: uploads.release(samples.kept(it.card), it.card, None),
    "the card of a draft": lambda it: uploads.release(samples.kept(it.draft), it.draft, None),
    "a click that distributes": lambda it: _usual(it.build),
    "a build without an app": lambda it: _unclaimed(it.build),
    "a build of several apps": lambda it: _unclaimed(it.build, *CHOICES),
    "the announcement": lambda it: distribution.announcement(it.card, None),
    "one's own link": lambda it: distribution.own_link(it.card, LINK),
    "no link of one's own": lambda it: distribution.own_link(it.card, None),
    "no link any more": lambda it: distribution.own_link(
        samples.live(build=it.build, standing=Standing.RECALLED), None
    ),
    "no link for now": lambda it: distribution.own_link(
        samples.live(build=it.build, standing=Standing.DISABLED), None
    ),
    "a release for somebody": lambda it: distribution.personal(it.recipient, LINK, None),
    "a release for a phone and another": lambda it: joint_messages.personal(
        [joint_messages.Half(card=it.recipient, link=LINK, verdict=None)], None
    ),
    "a disabled one": lambda it: distribution.disabled(it.recipient),
    "the thread of an act": lambda it: distribution.log(it.card.acts[0], it.card),
    "the thread of a joint act": lambda it: distribution.log_of_joint(it.card.acts[0], it.card),
    "the thread of who joined": lambda it: distribution.log(samples.act(joins=True), it.card),
    "the thread of going back": lambda it: distribution.log(_back(it).acts[0], _back(it)),
    "the thread of what was replaced": lambda it: distribution.replaced(
        _back(it).acts[0], _back(it)
    ),
    "a shortfall": lambda it: distribution.shortfall(
        samples.act(shortfall="Bob is away."), it.card
    ),
    "the form that distributes": lambda it: distribution_views.distribute(it.draft, FILLED),
    "the question before it": lambda it: distribution_views.confirmation(it.draft, FILLED, PLAN),
    "the preview of notes": lambda it: noting.preview(it.draft, "New"),
    "what goes by a command": lambda it: typed.goes(it.card, WISH, PLAN),
    "what went by a command": lambda it: typed.given(it.card, WISH, PLAN),
    "the notice of a recall": lambda it: recall.notice(samples.notice(build=it.build), None),
    "a link taken back": lambda it: recall.withdrawn(samples.withdrawn(build=it.build)),
    "the thread of a recall": lambda it: recall.log(samples.recall(), it.title),
    "who did not hear of a recall": lambda it: recall.shortfall(MISSED, it.card),
    "all heard of a recall": lambda it: recall.shortfall(samples.recall(), it.card),
    "a recall done": lambda it: recall.done(it.card, samples.recall()),
    "the form of a recall": lambda it: recall_views.recall(it.card, RECALLED),
    "the question before a recall": lambda it: recall_views.confirmation(it.card, RECALLED, LOSS),
    **{f"the thread of what is mandatory: {kind}": _mandated(kind) for kind in MandateKind},
    **{f"mandatory, done: {kind}": _mandate_done(kind) for kind in MandateKind},
    **{f"a reminder: {kind}": _reminder(kind) for kind in MilestoneKind},
    "a reminder that is over": lambda it: mandatory.reminder(
        it.reminder(MilestoneKind.START, holds=False), None
    ),
    "the form of what is mandatory": lambda it: mandatory_views.mandatory_form(it.card, MANDATED),
    "the question before that": lambda it: mandatory_views.confirmation(it.card, MANDATED, DUTY),
    "the question before the end of that": lambda it: mandatory_views.confirmation(
        it.card, replace(MANDATED, lifts=True), DUTY
    ),
    "a group went back": lambda it: rollback.done(it.card, BACK),
    "what to go back to": lambda it: rollback_views.which_release([it.earlier], BACK),
    "the question before going back": lambda it: rollback_views.confirmation(
        it.card, it.earlier, BACK, PLAN
    ),
    "who has it": lambda it: who.told(it.line, it.holders(HOLDER), 1),
    "nobody has it": lambda it: who.told(it.line, it.holders(), 0),
    "all who have it": lambda it: who_views.everyone(it.line, it.holders(HOLDER), 1, 0),
    "the question before a nudge": lambda it: who_views.preview(
        it.line, NudgePlan(due=(HOLDER,)), NUDGE, "Ann"
    ),
    "a nudge": lambda it: who.reminder(it.word, LINK),
    "the thread of a nudge": lambda it: who.log(it.nudge()),
    "who was not nudged": lambda it: who.shortfall(it.nudge(unreached=1)),
    "all were nudged": lambda it: who.shortfall(it.nudge()),
    "a request": lambda it: approvals.request(it.request()),
    "a request about a signer": lambda it: approvals.request(it.request(SIGNER)),
    "what was asked": lambda it: approvals.asked(it.request()),
    "what was asked of a signer": lambda it: approvals.asked(it.request(SIGNER)),
    "what became of it": lambda it: approvals.told(it.request(state=ApprovalState.DECLINED)),
    "what went without an approval": lambda it: approvals.proclaimed(it.request(state=OVERRIDDEN)),
    "the form that declines": lambda it: approval_views.decline(it.request()),
    "the form that overrides": lambda it: approval_views.override(it.request()),
    "what waits for approval": lambda it: approval_lines.waiting(_waiting(it)),
    "a report of trouble": lambda it: trouble.line(it.trouble),
    **{f"the thread of an edit: {kind}": _edited(kind) for kind in UNTAGGED},
    "the thread of new tags": lambda it: editing.log(
        it.edit(EditKind.TAGS, added=["beta"]), it.title
    ),
    "the thread of tags taken off": lambda it: editing.log(
        it.edit(EditKind.TAGS, removed=["beta"]), it.title
    ),
    "notes changed": lambda it: notes.changed(it.card),
    "the form of notes": lambda it: notes_views.edit(it.card, LINK),
    "disabled": lambda it: status.disabled(it.card),
    "enabled": lambda it: status.enabled(it.card),
    "the form that disables": lambda it: status_views.disable(it.card),
    "no tags": lambda it: tags.changed(it.card),
    "tags": lambda it: tags.changed(samples.live(build=it.build, tags=("beta",))),
    "the form of tags": lambda it: tags_views.edit(it.card, ()),
    "linked": lambda it: linking.linked(it.draft, "C1", is_new=True),
    "one in full": lambda it: releases.full(it.card, with_reach=True),
    "a list": lambda it: releases.listed("Newest releases", [_reached(it)], "None"),
    "apps": lambda it: releases.apps([AppLine(app=it.app, latest=it.line)]),
    "apps without a release": lambda it: releases.apps([AppLine(app=it.app, latest=None)]),
    "a shared link": lambda it: unfurling.release(it.line),
    "a group": lambda it: groups.full(sheets.sheet(current=(_current(it),))),
    "the Home tab": lambda it: home.home(_shelf(it), None),
    "the Home tab of a manager": lambda it: home.home(
        home.OwnShelf(),
        home.ManagerDesk(drafts=[_reached(it)], recent=[], approvals=_waiting(it)),
    ),
    "can be installed": lambda it: devices.installable(
        [devices.InstallOffer(release=it.line, link=LINK)]
    ),
    "is built again": lambda it: devices.rebuild(
        RebuildSheet(title=title_of_card(it.card), sentence="It is closed.")
    ),
    "muted": lambda it: mute.muted(it.app, fresh=True),
    "unmuted": lambda it: mute.unmuted(it.app, fresh=True),
}


def _usual(build: BuildCard) -> Message:
    card = samples.release(build=build, usual_group=QA)
    (button,) = (
        one
        for one in reading.buttons(uploads.release(samples.kept(card), card, None))
        if "confirm" in one
    )
    return Message(text=button["confirm"]["text"]["text"], blocks=())


def _unclaimed(build: BuildCard, *choices: AppChoice) -> Message:
    return uploads.unclaimed(samples.upload(build=build, choices=choices), build, None)


def _back(it: Half) -> ReleaseCard:
    back = ReturnCard(replaced="2.5.0 (250)", replaced_ids=("f" * 32,), because="")
    return samples.live(build=it.build, acts=(samples.act(back=back),))


def _reached(it: Half) -> ReachLine:
    return ReachLine(release=it.line, reached=1, silent=0, people=1)


def _current(it: Half) -> CurrentRow:
    return CurrentRow(
        app_display_name="Harbour",
        version="2.4.0",
        build="240",
        platform=it.platform,
        device_families=None,
    )


def _waiting(it: Half) -> ApprovalList:
    line = ApprovalLine(
        request_id="q" * 32,
        kind=ApprovalKind.ORDER,
        by=ANN,
        at=samples.NOW,
        due_at=None,
        title=title_of_card(it.card),
        groups=("QA",),
        singles=0,
        said_yes=0,
    )
    return ApprovalList(first=(line,), count=1)


def _shelf(it: Half) -> home.OwnShelf:
    own = home.Installable(given=samples.given(it.line), url=LINK, verdict=samples.READY)
    return home.OwnShelf(installable=[own])


def _shown(drawn: Drawn) -> str:
    """Return all that people read when it is there before them."""
    found = drawn.blocks if isinstance(drawn, Message | Form) else drawn
    return "\n".join(_strings(found))


def _alone(drawn: Drawn) -> list[str]:
    """Return what people may see alone: what is there, and what a message notifies them of."""
    found = [] if isinstance(drawn, Message) and not drawn.blocks else [_shown(drawn)]
    if isinstance(drawn, Message) and "Harbour" in drawn.text:
        found.append(drawn.text)
    return found


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part)


@pytest.mark.parametrize("name", DRAWN)
def test_it_says_of_which_platform_it_speaks(name: str) -> None:
    for platform, system in SYSTEMS.items():
        (other,) = set(SYSTEMS.values()) - {system}
        drawn = DRAWN[name](Half(platform))
        for text in _alone(drawn):
            assert re.search(rf"\b{system}\b", text), text
            assert not re.search(rf"\b{other}\b", text), text


def test_of_a_long_name_the_end_is_left_out_and_never_the_platform() -> None:
    named = titles.plain_title(samples.line(app_display_name="Harbour " * 30), 75)

    assert len(named) == 75
    assert named.endswith("… 2.4.0 (240) for iOS")


def test_names_of_strangers_lie_still_in_a_title() -> None:
    message = recall.withdrawn(samples.withdrawn(app_display_name=EVIL, build=samples.build()))

    reading.assert_valid(message)
