"""What is shown below a link of ours."""

from typing import Final

from bot.slack.drawing import words
from bot.slack.drawing.titles import title
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block
from provisioning.releases.cards import ReleaseLine

PERSONAL: Final = (
    ":lock: An install link for one person. It works for them alone: please do not pass it on."
)


def personal() -> list[Block]:
    """Return the same for every personal link, whether it holds or not."""
    return [blocks.context(PERSONAL)]


def release(line: ReleaseLine) -> list[Block]:
    """Return what a release is called and how it stands, and what opens it."""
    sign, word = words.RELEASE[line.standing]
    # Whoever clicks is asked for then: this is seen by all who read the message.
    opens = blocks.button("Open", names.SHARED_OPEN, names.value_of(line.release_id))
    text = f"*{title(line)}*\n{sign} *{word}* · release {line.number}"
    return [blocks.section(text, accessory=opens)]
