"""What the command says about itself."""

from collections.abc import Sequence

from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Message
from bot.slack.kit.verbs import Verb, example, unknown

MANAGERS = (
    "*Slipway* takes the builds posted in a channel and brings them to testers. Post an `.ipa` or "
    "`.apk` in a channel I am in, then press *Distribute…* on its card."
)
TESTERS = (
    "*Slipway* brings you the builds that you are to test. When there is a new one, I send you a "
    "message with your own install link; my Home tab lists everything you can install."
)


def overview(verbs: Sequence[Verb], *, distributes: bool) -> Message:
    """Return the help with every verb a person may use."""
    return Message(
        text=f"What you can do with {names.COMMAND}",
        blocks=[
            blocks.section(MANAGERS if distributes else TESTERS),
            *(
                blocks.section(f"*{verb.name}* · {verb.summary}\n{example(verb.examples[0])}")
                for verb in verbs
            ),
            blocks.context(f"All that one can do: {example(f'help {verbs[0].name}')}"),
        ],
    )


def of_verb(verb: Verb) -> Message:
    """Return the help of one verb."""
    listed = "\n".join(f"• {example(text)}" for text in verb.examples)
    return Message(
        text=f"Help for {verb.name}",
        blocks=[
            blocks.section(f"*{verb.name}*: {verb.summary}\n`{names.COMMAND} {verb.usage}`"),
            blocks.section(f"For example\n{listed}"),
        ],
    )


def no_such_verb(word: str, verbs: Sequence[Verb]) -> Message:
    text = mrkdwn.sentence(unknown(word, [verb.name for verb in verbs]))
    return Message(
        text=text, blocks=[blocks.section(text), blocks.context(f"All of it: {example('help')}")]
    )
