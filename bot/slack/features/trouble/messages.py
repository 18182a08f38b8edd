"""What the team reads of somebody who cannot install, and what that person reads at once."""

from bot.slack.drawing import words
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import row
from provisioning.following.troubles import LONGEST_WORDS, TroubleCard


def line(card: TroubleCard) -> Message:
    """Return the line in the release's thread: who, what they saw, on what, and the cause."""
    title = title_of(card)
    named = mrkdwn.plain(card.tester.name, 80)
    lines = [
        f"{words.WARNING} *{named}* cannot install *{title}*: {mrkdwn.sentence(card.saw)}",
        f"They wrote: {mrkdwn.plain(card.words, LONGEST_WORDS)}" if card.words else "",
        f"On: {phones(card)}",
        f"Probably: {mrkdwn.sentence(card.cause, 600)}",
        f"They were told: {mrkdwn.sentence(card.advice, 600)}",
    ]
    text = "\n".join(part for part in lines if part)
    return Message(
        text=f"{named} cannot install {title}: {mrkdwn.sentence(card.saw)}",
        blocks=(blocks.section(text),),
    )


def phones(card: TroubleCard) -> str:
    """Return what is known of the device: what the browser told, and what is known of theirs."""
    told = f"{mrkdwn.plain(card.phone, 120)} by its browser" if card.phone else ""
    known = row([mrkdwn.plain(one, 80) for one in card.devices], separator="; ")
    theirs = f"known as theirs: {known}" if known else "no device of theirs is known here"
    return f"{told}; {theirs}" if told else theirs


def advice(card: TroubleCard, *, is_first: bool) -> list[Block]:
    """Return what the person reads at once; of a second report within the hour as well."""
    heard = "The team has heard of it, with what is known of your device."
    if not is_first:
        again = mrkdwn.moment(card.again_from, "{time}")
        heard = f"You said so already, and the team has heard of it. Say it again after {again}."
    return [
        blocks.section(f"*What is probably behind it*\n{mrkdwn.sentence(card.cause, 600)}"),
        blocks.section(f"*What to do now*\n{mrkdwn.sentence(card.advice, 600)}"),
        blocks.context(f"{words.DONE} {heard}"),
    ]
