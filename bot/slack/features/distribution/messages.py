"""What people read of a distribution: the announcement, their own link, and how it went."""

from collections.abc import Sequence

from bot.slack.drawing import mandatory, notes, siblings, verdicts, warnings, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.notes import WithNotes
from bot.slack.drawing.recalls import whom
from bot.slack.drawing.releases import (
    ENDED,
    about_phones,
    cannot_install,
    disabled_by,
    reached,
    reached_in_short,
    seen,
    tagged,
    waiting_for_phones,
)
from bot.slack.drawing.titles import short_title_of, title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import MANY_NAMES, row
from provisioning.distributing.recall_order import LONGEST_REASON
from provisioning.installing.readiness import NOT_COUNTED, Readiness
from provisioning.installing.receipts import Tally
from provisioning.installing.verdict import InstallVerdict
from provisioning.releases.cards import (
    ActCard,
    BuildCard,
    RecipientCard,
    ReleaseCard,
    ReturnCard,
)
from provisioning.releases.downgrade import downgrade_note
from provisioning.releases.lifecycle import Standing
from storage.records.distribution import DistributionState, RecipientState

NAMED = 25
#: Said of a release that was dismissed or recalled.
NO_MORE = "was {} and can no longer be installed."
#: People have a release that stands so.
_OUT = frozenset({Standing.LIVE, Standing.SUPERSEDED})
FOR_NOW = "is disabled: nobody can install it until it is enabled again."


def announcement(
    card: ReleaseCard,
    icon: str | None,
    readiness: Readiness = NOT_COUNTED,
    tally: Tally | None = None,
) -> Message:
    """
    Return the card of a release in a channel.

    *readiness* says how many can install it, and *tally* how far it went.
    """
    sign, word = words.RELEASE[card.standing]
    about = _about(card.build)
    text = f"*{short_title_of(card)}*\n{' · '.join(part for part in about if part)}"
    picture = blocks.image(icon, f"Icon of {card.build.name}") if icon else None
    return Message(
        text=f"{title_of(card)} is {word.lower()}",
        blocks=(
            blocks.section(text, accessory=picture),
            *warnings.elsewhere(card.build),
            *warnings.stopping(card.build),
            *_notes(card, notes.in_full(card)),
            *mandatory.lines(card),
            *_recalled(card),
            *disabled_by(card),
            *verdicts.count(readiness),
            *seen(tally, card.build),
            *_gone_out(card),
            blocks.context(_state(card, sign, word)),
            *_own_link(card),
        ),
    )


def _gone_out(card: ReleaseCard) -> tuple[Block, ...]:
    """Return which other platforms people have the same version for."""
    there = [siblings.label(one) for one in card.siblings if one.standing in _OUT]
    if card.standing not in _OUT or not there:
        return ()
    return (
        blocks.context(f":jigsaw: {' and '.join(there)} is out as well. A link knows the phone."),
    )


def _own_link(card: ReleaseCard) -> tuple[Block, ...]:
    if card.standing not in _OUT:
        return ()
    value = names.value_of(card.release_id)
    return (
        blocks.actions(
            blocks.button("Get my link", names.OWN_LINK, value),
            blocks.button("Send to another group…", names.DISTRIBUTE, value),
        ),
    )


def own_link(card: ReleaseCard, link: str | None) -> Message:
    """Return the answer to whoever wants their own install link: it, or how to get one."""
    title = f"*{title_of(card)}*"
    if card.standing in ENDED:
        text = f"{title} {NO_MORE.format(card.standing.value)}"
    elif card.standing is Standing.DISABLED:
        text = f"{title} {FOR_NOW} The announcement says who did that, and why."
    elif link is None:
        asked = who(card.published_by) if card.published_by else "the release manager"
        text = (
            f"{title} was not given to you. Ask {asked} to add you to a group of its, and to "
            "distribute it to that group again."
        )
    else:
        button = blocks.button("Open", names.INSTALL, url=link, style="primary")
        text = f"{title}: your own link. Please do not pass it on."
        return Message(text=text, blocks=(blocks.section(text), blocks.actions(button)))
    return Message(text=text, blocks=(blocks.section(text),))


def _state(card: ReleaseCard, sign: str, word: str) -> str:
    parts = [f"{sign} *{word}*", f"release {card.number}"]
    if card.people:
        parts.append(reached_in_short(card))
    parts += [phones] if (phones := about_phones(card)) else []
    if card.previous and card.standing is Standing.LIVE:
        parts.append(f"after {mrkdwn.plain(card.previous, 60)}")
    if card.successor:
        parts.append(f"superseded by {mrkdwn.plain(card.successor, 60)}")
    parts += [tagged(card.tags)] if card.tags else []
    if card.published_by:
        parts.append(f"by {who(card.published_by)}")
    if card.published_at:
        parts.append(mrkdwn.moment(card.published_at))
    return " · ".join(parts)


def _recalled(card: ReleaseCard) -> tuple[Block, ...]:
    """Return who took it back from whom, and why; of several the last."""
    if not card.recalls:
        return ()
    last = card.recalls[-1]
    some = "" if last.is_whole else f" from {whom(last)}"
    because = mrkdwn.plain(last.because, LONGEST_REASON)
    text = f"{words.RECALLED} *Recalled{some}* by {who(last.by)}: {because}"
    return (blocks.section(text) if last.is_whole else blocks.context(text),)


def _notes(card: WithNotes, rest: str) -> tuple[Block, ...]:
    if not card.notes.strip():
        return ()
    said = notes.beginning(card.notes, notes.ANNOUNCEMENT, rest, card.notes_kind)
    return (blocks.section(said),)


def personal(
    card: RecipientCard, link: str, icon: str | None, verdict: InstallVerdict | None = None
) -> Message:
    """
    Return what one tester is told, with the link that is theirs alone.

    *verdict* is about them; the reasons that hold for everybody come from the build itself.
    """
    title, about = short_title_of(card), _about(card.build)
    stopped = [reason.sentence for reason in warnings.obstacles(card.build)]
    waits = verdicts.line(verdict) if verdict is not None and not stopped else ""
    if verdict is not None and waits:
        stopped = [verdict.sentence]
    first = f"*{title}* was sent to you." if stopped else f"*{title}* is ready for you."
    if card.back is not None:
        first = f"*{title}* is {_current_again(card.back)}"
    text = f"{first}\n{' · '.join(part for part in about if part)}"
    picture = blocks.image(icon, f"Icon of {card.build.name}") if icon else None
    must = mandatory.own(card.demand)
    return Message(
        text=f"{title_of(card)} {_in_short(stopped, card.back)}",
        blocks=(
            blocks.section(text, accessory=picture),
            *warnings.elsewhere(card.build),
            *warnings.stopping(card.build),
            *going_back(card),
            *beside(card),
            *([blocks.section(waits)] if waits else ()),
            *([blocks.section(must)] if must else ()),
            *_notes(card, notes.behind(link)),
            blocks.actions(
                _button(link, stopped, card.build),
                *(() if stopped else (cannot_install(card.release_id),)),
            ),
            blocks.context(
                f"From {who(card.by)}. This link is for you alone: please do not pass it on. "
                "On a computer it shows a code to scan with your phone."
            ),
        ),
    )


def disabled(card: RecipientCard) -> Message:
    """Return what stands in place of a link that leads nowhere while its release is disabled."""
    title = title_of(card)
    text = f"{words.DISABLED} *{title}* {FOR_NOW} Your link stands here again then."
    return Message(text=f"{title} is disabled", blocks=(blocks.section(text),))


def _in_short(stopped: Sequence[str], back: ReturnCard | None) -> str:
    if back is not None:
        return f"is {_current_again(back)}"
    if stopped:
        return f"was sent to you, and cannot be installed now. {stopped[0]}"
    return "is ready for you to install"


def _button(link: str, stopped: Sequence[str], build: BuildCard) -> Block:
    if stopped or build.link is not None:
        return blocks.button("Open", names.INSTALL, url=link)
    return blocks.button("Install", names.INSTALL, url=link, style="primary")


def log(act: ActCard, card: ReleaseCard) -> Message:
    """Return the line in the thread of a card about one act of distributing."""
    where = [mrkdwn.plain(chip.name, 64) for chip in act.groups]
    if act.singles:
        where.append(words.people(act.singles))
    how = [word for word, on in (("mandatory", act.mandatory), ("silent", not act.notify)) if on]
    suffix = f" ({', '.join(how)})" if how else ""
    sign = _SIGNS.get(act.state, words.READING)
    failed = act.back.unreached if act.back else card.counts.get(RecipientState.UNREACHABLE, 0)
    held = waiting_for_phones(card)
    named = row(where, MANY_NAMES // 2)
    lines = [
        f"{sign} {_opening(act, title_of(card), named, suffix)}",
        SIGNING if act.state is DistributionState.SIGNING else "",
        f"{_capital(reached(card))}." if act.back is None else _returned(act.back),
        f"{words.READING} {held}: each is told once it is signed for it." if held else "",
        _on_pages(card),
        f"{words.WARNING} {failed} could not be told." if failed else "",
        f"{words.WARNING} {mrkdwn.sentence(act.shortfall)}" if act.shortfall else "",
        f"{words.ALARM} It broke off: {mrkdwn.sentence(act.reason)}" if act.reason else "",
    ]
    text = "\n".join(line for line in lines if line)
    return Message(text=text, blocks=(blocks.section(text),))


def _on_pages(card: ReleaseCard) -> str:
    """Return how many see it on their page alone, empty for nobody."""
    count = card.counts.get(RecipientState.ON_PAGE, 0)
    if not count:
        return ""
    return (
        "1 has no Slack and sees it on their page."
        if count == 1
        else (f"{count} have no Slack and see it on their pages.")
    )


def log_of_joint(act: ActCard, card: ReleaseCard) -> Message:
    """Return the same line where the releases for several platforms are spoken of."""
    text = f":jigsaw: {log(act, card).text}"
    return Message(text=text, blocks=(blocks.section(text),))


def _opening(act: ActCard, title: str, named: str, suffix: str) -> str:
    """Return what somebody did, or what came of it that a person joined."""
    if act.joins:
        return f"Whoever joined {named} gets *{title}*, too."
    if act.back is None:
        return f"{who(act.by)} distributed *{title}* to {named}{suffix}."
    again = f"made *{title}* current again for {named}{suffix}"
    return f"{who(act.by)} {again}{_instead(act.back)}"


def replaced(act: ActCard, card: ReleaseCard) -> Message:
    """Return the line in the threads of a release that another one took the place of."""
    where = row([mrkdwn.plain(chip.name, 64) for chip in act.groups], MANY_NAMES // 2)
    because = _because(act.back) if act.back else ""
    new = f"*{title_of(card)}*"
    text = f"{words.BACK} {who(act.by)} put {new} in its place for {where}{because}"
    return Message(text=text, blocks=(blocks.section(text),))


def _instead(back: ReturnCard) -> str:
    there = f", in place of {mrkdwn.plain(back.replaced, 120)}" if back.replaced else ""
    return f"{there}{_because(back)}"


def _because(back: ReturnCard) -> str:
    return f": {mrkdwn.plain(back.because, LONGEST_REASON)}" if back.because else "."


def _returned(back: ReturnCard) -> str:
    return f"{back.told} of {words.people(back.people)} told that they get it again."


def _current_again(back: ReturnCard) -> str:
    """Return how a release came back to somebody, behind `is`."""
    there = f", in place of {mrkdwn.plain(back.replaced, 60)}" if back.replaced else ""
    return f"the current one again{there}."


def going_back(card: RecipientCard) -> tuple[Block, ...]:
    """Return why somebody gets a release again, and what their phone says to that."""
    if card.back is None:
        return ()
    because = mrkdwn.plain(card.back.because, LONGEST_REASON)
    note = downgrade_note(card.replaced, card.build.facts) if card.replaced else ""
    installed = f"If {mrkdwn.plain(card.back.replaced, 60)} is installed: {note}" if note else ""
    text = "\n".join(line for line in (because, installed) if line)
    return (blocks.section(text),) if text else ()


def beside(card: RecipientCard) -> tuple[Block, ...]:
    """Return which apps of theirs somebody's phone takes for the same program."""
    if not card.beside:
        return ()
    others = row([mrkdwn.plain(name, 80) for name in card.beside], MANY_NAMES // 2)
    own = mrkdwn.plain(card.app_display_name, 80)
    text = f"{own} and {others} are the same program to a phone: installing one replaces the other."
    return (blocks.context(f"{words.SWAP} {text}"),)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


SIGNING = "It is being signed for more phones first; then everybody is told."

_SIGNS = {DistributionState.DONE: words.DONE, DistributionState.FAILED: words.ALARM}


def is_short(act: ActCard, card: ReleaseCard) -> bool:
    """Return whether an act did not reach everybody it should, so far."""
    unreached = act.back.missed if act.back else card.unreached
    missed = unreached or card.held or act.shortfall
    return bool(missed or act.state is DistributionState.FAILED)


def shortfall(act: ActCard, card: ReleaseCard) -> Message:
    """Return, for the manager alone, who could not be told, or waits for their phone, and why."""
    title = title_of(card)
    unreached = act.back.missed if act.back else card.unreached
    count = act.back.unreached if act.back else card.counts.get(RecipientState.UNREACHABLE, 0)
    lines = [
        f"• *{mrkdwn.plain(one.name, 80)}*: {mrkdwn.sentence(one.reason, 200)}"
        for one in unreached[:NAMED]
    ]
    if len(unreached) > NAMED:
        lines.append(f"… and {count - NAMED} more")
    if card.held:
        lines.append(f"{_capital(waiting_for_phones(card))}; I tell each once it is signed for it:")
        lines += [
            f"• *{mrkdwn.plain(one.name, 80)}*: {mrkdwn.sentence(one.reason, 200)}"
            for one in card.held[:NAMED]
        ]
    if len(card.held) > NAMED:
        lines.append(f"… and {card.waiting_for_phones - NAMED} more")
    if act.shortfall:
        lines.append(f"• {mrkdwn.sentence(act.shortfall)}")
    if act.reason:
        lines.append(f"• It broke off: {mrkdwn.sentence(act.reason)}")
    head = f"{words.WARNING} *{title}* did not reach everybody you sent it to:"
    pieces = mrkdwn.pieces("\n".join([head, *lines]), blocks.SECTION_TEXT)
    again = blocks.button("Try again", names.DISTRIBUTE_AGAIN, names.value_of(act.distribution_id))
    return Message(
        text=f"{title} did not reach everybody",
        blocks=(*(blocks.section(piece) for piece in pieces), blocks.actions(again)),
    )


def _about(build: BuildCard) -> list[str]:
    facts = build.facts
    return [words.platform(facts), words.size(build), mrkdwn.plain(words.system(facts), 60)]
