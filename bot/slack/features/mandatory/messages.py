"""What people read of a mandatory release: in threads, who made it so, and who has to update."""

from bot.slack.drawing import mandatory, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import MANY_NAMES, row
from provisioning.distributing.mandate_order import LONGEST_WHY
from provisioning.releases.cards import ReleaseCard
from provisioning.releases.mandated import MandateCard, ReminderCard
from storage.records.mandate import MandateKind, MilestoneKind


def log(card: MandateCard, title: str) -> Message:
    """Return the line in the thread of a release, called *title*, of an act, with its way back."""
    text = f"{mandatory.MARK} {_did(card, title)}{_why(card)}"
    if card.kind is not MandateKind.UNDONE and not card.is_open:
        text = f"{text}\nIt was undone."
    return Message(text=text, blocks=(blocks.section(text), *_undo(card)))


def done(release: ReleaseCard, card: MandateCard) -> Message:
    """Return what whoever did it reads at once."""
    title = f"*{title_of(release)}*"
    where = _where(card)
    if card.kind is MandateKind.LIFTED:
        text = f"{title} is not mandatory any more for {where}. Nobody is reminded of it."
    elif card.kind is MandateKind.UNDONE:
        text = f"Undone: for {where} {title} is {_terms(card) or 'not mandatory'} again."
    else:
        text = (
            f"{mandatory.MARK} {title} is mandatory for {where} {_terms(card)}. Whoever has not "
            "fetched it is reminded when it begins, and once before the grace ends."
        )
    return Message(text=text, blocks=(blocks.section(text), *_undo(card)))


def reminder(card: ReminderCard, link: str | None) -> Message:
    """Return what somebody reads who has to install a release and has not fetched it."""
    title = title_of(card)
    if card.demand is None or card.demand.terms is None:
        text = f"*{title}* is not mandatory for you any more."
        return Message(text=text, blocks=(blocks.section(text),))
    first = f"Please install *{title}*."
    if card.kind is MilestoneKind.CLOSING:
        first = f"The time to install *{title}* is about to end."
    shown: list[Block] = [blocks.section(f"{first}\n{mandatory.own(card.demand)}")]
    if link is not None:
        button = blocks.button("Install", names.INSTALL, url=link, style="primary")
        shown += [
            blocks.actions(button),
            blocks.context("This link is for you alone: please do not pass it on."),
        ]
    return Message(text=f"{title} is mandatory: please install it", blocks=shown)


def _did(card: MandateCard, title: str) -> str:
    by, where = who(card.by), _where(card)
    if card.kind is MandateKind.LIFTED:
        return f"{by} lifted it: *{title}* is not mandatory any more for {where}."
    if card.kind is MandateKind.UNDONE:
        so = _terms(card) or "not mandatory"
        return f"{by} undid that: for {where} *{title}* is {so} again."
    return f"{by} made *{title}* mandatory for {where} {_terms(card)}."


def _why(card: MandateCard) -> str:
    return f" {mrkdwn.plain(card.because, LONGEST_WHY)}" if card.because else ""


def _terms(card: MandateCard) -> str:
    said = "; ".join(mandatory.on_terms(one) for one in card.terms)
    return f"mandatory {said}" if card.kind is MandateKind.UNDONE and said else said


def _where(card: MandateCard) -> str:
    where = [mrkdwn.plain(chip.name, 64) for chip in card.groups]
    if card.singles:
        where.append(f"{words.people(card.singles)} by name")
    return row(where, MANY_NAMES // 2) or "nobody"


def _undo(card: MandateCard) -> tuple[Block, ...]:
    if not card.is_open:
        return ()
    value = names.value_of(card.mandate_id)
    return (blocks.actions(blocks.button("Undo", names.MANDATORY_UNDO, value)),)
