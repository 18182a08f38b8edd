"""What people read of requests for approval: those who decide, and whoever asked."""

from collections.abc import Callable, Sequence
from typing import Final

from bot.slack.drawing import notes, verdicts, warnings, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.approvals import HAND, takes, waiting
from bot.slack.drawing.places import places
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import MANY_NAMES, row
from bot.slack.kit.verbs import example
from provisioning.distributing.approval_cards import ApprovalCard, ApprovalList, DecisionCard
from provisioning.distributing.order import GroupPlan
from provisioning.distributing.recall_order import LONGEST_REASON
from provisioning.errors import AlreadyDone
from provisioning.installing.signers import BuildSigner
from storage.records.approval import ApprovalKind, ApprovalState

#: So many quiet changes are named.
CHANGES: Final = 6
SENTENCE: Final = 200
#: So many that wait are listed, each with a button.
LISTED: Final = 40
NOTHING: Final = (
    "Nothing waits for approval. An admin says which groups take one: "
    f"{example('groups approval QA by managers')}"
)


def request(card: ApprovalCard) -> Message:
    """Return a request as those see it who decide: the question, and then what became of it."""
    if card.kind is ApprovalKind.SIGNER:
        return _signer(card)
    text = f"{HAND} {_asks(card)}" if card.waits else _asks(card)
    shown: list[Block] = [blocks.section(text)]
    if card.because:
        shown.append(blocks.context(f"Why: {mrkdwn.plain(card.because, LONGEST_REASON)}"))
    if card.waits:
        shown += [*_about(card), *_notes(card)]
    shown += _said(card.said)
    shown.append(blocks.context(_standing(card)))
    if card.waits:
        shown.append(
            blocks.actions(
                _approve(card),
                _decline(card),
                blocks.button(
                    "Override…", names.APPROVAL_OVERRIDE, names.value_of(card.request_id)
                ),
            )
        )
    return Message(text=text, blocks=shown)


def _asks(card: ApprovalCard) -> str:
    how = [word for word, on in (("mandatory", card.mandatory), ("silent", not card.notify)) if on]
    suffix = f" ({', '.join(how)})" if how else ""
    return f"{who(card.by)} asks to send {title(card)} to {whom(card)}{suffix}."


def title(card: ApprovalCard) -> str:
    return f"*{title_of(card.release)}*"


def whom(card: ApprovalCard) -> str:
    """Return for whom something was asked."""
    where = [f"*{mrkdwn.plain(chip.name, 64)}*" for chip in card.groups]
    if card.people:
        where.append(f"{words.people(len(card.people))} chosen by name")
    return row(where, MANY_NAMES // 2)


def _about(card: ApprovalCard) -> list[Block]:
    """Return what it would do: to whom, and what is in it."""
    release = card.release
    shown: list[Block] = []
    if card.plan is not None:
        short = f"\n{words.WARNING} {mrkdwn.sentence(card.plan.shortfall)}"
        new = f"{words.people(card.plan.people)} would hear of it." if card.notify else ""
        text = f"{new}{short if card.plan.shortfall else ''}".strip()
        shown += [blocks.section(text)] if text else []
        shown += [*places(card.plan), *verdicts.count(card.plan.readiness)]
    shown += warnings.every(release)
    if release.previous is not None and not any(place.there_id for place in _there(card)):
        quiet = [one for one in release.changes if not one.loud]
        lines = [f"• {mrkdwn.plain(one.sentence, SENTENCE)}" for one in quiet[:CHANGES]]
        if len(quiet) > CHANGES:
            lines.append(f"… and {len(quiet) - CHANGES} more")
        what = "\n".join(lines) or "Nothing else changed on the outside."
        before = mrkdwn.plain(release.previous, 80)
        shown.append(blocks.context(f"Compared with {before}:\n{what}"))
    return shown


def _there(card: ApprovalCard) -> Sequence[GroupPlan]:
    """Return what the groups have, which a build is compared with; nothing where nobody can say."""
    return card.plan.places if card.plan else ()


def _notes(card: ApprovalCard) -> tuple[Block, ...]:
    if not card.notes.strip():
        return (blocks.context("No release notes."),)
    said = notes.beginning(
        card.notes, notes.CARD, notes.in_full(card.release), card.release.notes_kind
    )
    return (blocks.section(f"*Notes*\n{said}"),)


def _said(said: Sequence[DecisionCard]) -> list[Block]:
    """Return who said what; whose yes does not count any more is told so."""
    lines = [_decided(one) for one in said]
    return [blocks.section("\n".join(lines))] if lines else []


def _decided(one: DecisionCard) -> str:
    if not one.approves:
        because = mrkdwn.plain(one.reason, LONGEST_REASON)
        return f"{words.REFUSED} {who(one.by)} declined it: {because}"
    if not one.counts:
        lost = "that does not count: they are not one of those who approve any more"
        return f"{words.WARNING} {who(one.by)} said yes, but {lost}."
    return f"{words.DONE} {who(one.by)} approved it, {mrkdwn.moment(one.at)}."


def _standing(card: ApprovalCard) -> str:
    """Return what it takes while it waits, and what became of it afterwards."""
    if card.waits:
        until = f" · until {mrkdwn.moment(card.due_at)}" if card.due_at else ""
        return f"{_takes(card)}{until} · release {card.release.number}"
    return f"{outcome(card)} · release {card.release.number}"


def _takes(card: ApprovalCard) -> str:
    if card.kind is ApprovalKind.SIGNER:
        return "It takes an admin"
    if not card.needs:
        return "No approval is needed any more"
    lines = [takes(need) for need in card.needs]
    if any(need.needed > 1 for need in card.needs) or card.counted:
        most = max(need.needed for need in card.needs)
        return f"{'; '.join(lines)} · {card.counted} of {most} so far"
    return "; ".join(lines)


def outcome(card: ApprovalCard) -> str:
    """Return what became of a request, in a sentence without its end."""
    because = mrkdwn.plain(card.reason, LONGEST_REASON)
    by = who(card.decided_by) if card.decided_by else "Slipway"
    said: dict[ApprovalState, Callable[[], str]] = {
        ApprovalState.WAITING: lambda: f"{HAND} It waits for an approval",
        ApprovalState.APPROVED: lambda: f"{words.DONE} *Approved* by {_approvers(card)}",
        ApprovalState.OVERRIDDEN: lambda: (
            f"{words.ALARM} *Overridden* by {by}, without the approval it needs: {because}"
        ),
        ApprovalState.DECLINED: lambda: f"{words.REFUSED} *Declined* by {by}: {because}",
        ApprovalState.EXPIRED: lambda: ":hourglass: *Expired*: nobody decided in time",
        ApprovalState.WITHDRAWN: lambda: f":wastebasket: *Taken back* by {by}",
        ApprovalState.LAPSED: lambda: f":wastebasket: *Ended*: {mrkdwn.sentence(card.reason)}",
    }
    return said[card.state]()


def _approvers(card: ApprovalCard) -> str:
    yes = [who(one.by) for one in card.said if one.approves]
    if yes:
        return row(yes)
    is_person = card.decided_by and card.decided_by.startswith("person")
    return who(str(card.decided_by)) if is_person else "nobody: its groups need no approval now"


def _approve(card: ApprovalCard) -> Block:
    warned = warnings.sentences(card.release)
    value = names.value_of(card.request_id)
    if not warned:
        return blocks.button("Approve", names.APPROVAL_APPROVE, value, style="primary")
    sure = blocks.confirm("Approve it all the same?", " ".join(warned), "Approve", style="danger")
    return blocks.button("Approve", names.APPROVAL_APPROVE, value, confirm=sure)


def _decline(card: ApprovalCard) -> Block:
    return blocks.button("Decline…", names.APPROVAL_DECLINE, names.value_of(card.request_id))


def _signer(card: ApprovalCard) -> Message:
    """Return a request about another signer: both, as long as somebody may decide."""
    assert card.signer is not None
    text = f"{words.ALARM} {title(card)} was signed by somebody else than the app is."
    shown: list[Block] = [
        blocks.section(text),
        blocks.fields(
            f"*The app so far*\n{_who_signs(card.signer.before)}",
            f"*This build*\n{_who_signs(card.signer.own)}",
        ),
        *warnings.every(card.release),
    ]
    if card.waits:
        shown.append(
            blocks.section(
                f"{who(card.by)} wants to distribute it. Nobody can install it before an admin "
                f"approves. {_then(card.signer.own)}"
            )
        )
        shown.append(blocks.context("Ask whoever makes the builds before you approve."))
    shown += [] if card.waits else [blocks.context(_standing(card))]
    if card.waits or card.state is ApprovalState.DECLINED:
        buttons = [_approve_signer(card)]
        buttons += [_decline(card)] if card.waits else []
        shown.append(blocks.actions(*buttons))
    return Message(text=text, blocks=shown)


def _then(own: BuildSigner) -> str:
    if not own.spelled:
        return "Builds that nobody signed may go out from then on."
    return "From then on, new builds are expected to be signed by this one and no other."


def _who_signs(signer: BuildSigner) -> str:
    if not signer.spelled:
        return "Nobody: it is not signed."
    kind = "Team" if signer.is_team else "SHA-256"
    lines = [mrkdwn.plain(", ".join(signer.names), 200)] if signer.names else []
    lines += [f"{kind} {mrkdwn.code(one, 70)}" for one in signer.prints]
    return "\n".join(lines)


def _approve_signer(card: ApprovalCard) -> Block:
    assert card.signer is not None
    sure = blocks.confirm(
        "Approve this signer?",
        f"The build can be distributed then. {_then(card.signer.own)}",
        "Approve",
        style="danger",
    )
    value = names.value_of(card.request_id)
    return blocks.button("Approve", names.APPROVAL_APPROVE, value, style="danger", confirm=sure)


def asked(card: ApprovalCard) -> Message:
    """Return what whoever asked reads while it waits, and in its place afterwards."""
    if card.kind is ApprovalKind.SIGNER:
        text = (
            f"{words.ALARM} {title(card)} was signed by somebody else than the app is. Admins are "
            "asked; nobody can install it before one of them approves."
        )
    else:
        text = f"{HAND} I asked for an approval to send {title(card)} to {whom(card)}."
    shown: list[Block] = [blocks.section(text), blocks.context(_standing(card))]
    if card.waits:
        value = names.value_of(card.request_id)
        shown.append(blocks.actions(blocks.button("Withdraw", names.APPROVAL_WITHDRAW, value)))
    return Message(text=text, blocks=shown)


def told(card: ApprovalCard) -> Message:
    """Return what whoever asked reads of what became of it."""
    about = (
        f"{title(card)}" if card.kind is ApprovalKind.SIGNER else f"{title(card)} for {whom(card)}"
    )
    text = f"{about}: {outcome(card)}."
    shown: list[Block] = [blocks.section(text)]
    value = names.value_of(card.request_id)
    if card.state is ApprovalState.EXPIRED:
        again = blocks.button("Ask again", names.APPROVAL_AGAIN, value, style="primary")
        shown.append(blocks.actions(again))
    elif card.kind is ApprovalKind.SIGNER and card.state is ApprovalState.APPROVED:
        release = names.value_of(card.release.release_id)
        send = blocks.button("Distribute…", names.DISTRIBUTE, release, style="primary")
        shown.append(blocks.actions(send))
    elif card.state in {ApprovalState.APPROVED, ApprovalState.OVERRIDDEN}:
        follow = example(f"show {card.release.app_name} {card.release.number}")
        shown.append(blocks.context(f"It goes out now. How it goes: {follow}"))
    return Message(text=text, blocks=shown)


def proclaimed(card: ApprovalCard) -> Message:
    """Return what everybody reads of a release that went without those who approve."""
    by = who(card.decided_by) if card.decided_by else "An admin"
    own = ", who asked for it," if card.decided_by == card.by else ""
    text = (
        f"{words.ALARM} *{by}{own} sent {title(card)} to {whom(card)} without the approval that it "
        f"needs*: {mrkdwn.plain(card.reason, LONGEST_REASON)}"
    )
    if own == "":
        text += f"\n{who(card.by)} had asked for it."
    return Message(text=text, blocks=(blocks.section(text),))


def too_late(late: AlreadyDone) -> Message:
    """Return what the second of two reads who decide at once."""
    by = str(late.data.get("by") or "")
    first = f"{who(by)} was first. " if by.startswith("person") else ""
    return said_so(f"{first}{mrkdwn.sentence(str(late))}")


def listed(found: ApprovalList) -> Message:
    """Return what waits, as much of it as there is room for."""
    if not found.first:
        return said_so(NOTHING)
    return Message(text=f"Waiting for approval: {found.count}", blocks=waiting(found))


def said_so(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
