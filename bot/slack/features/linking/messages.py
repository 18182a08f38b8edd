"""What whoever linked a build reads."""

from bot.slack.drawing import words
from bot.slack.drawing.releases import state_of
from bot.slack.drawing.titles import title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Message
from provisioning.intake.elsewhere import host_of
from provisioning.releases.cards import ReleaseCard


def linked(card: ReleaseCard, channel_id: str, *, is_new: bool) -> Message:
    """Return what became of a link, with the way on to people."""
    host = mrkdwn.code(host_of(card.build.link or ""), 100)
    first = (
        f"{words.ELSEWHERE} *{title_of(card)}* is a draft, release {card.number}: a link to {host}."
        if is_new
        else f"{words.ELSEWHERE} This very link is release {card.number} already: {state_of(card)}."
    )
    is_direct = channel_id.startswith("D")
    where = "our conversation" if is_direct else mrkdwn.channel(channel_id)
    value = names.value_of(card.release_id)
    return Message(
        text=first,
        blocks=(
            blocks.section(f"{first}\nIts card stands in {where}."),
            blocks.actions(blocks.button("Distribute…", names.DISTRIBUTE, value)),
        ),
    )
