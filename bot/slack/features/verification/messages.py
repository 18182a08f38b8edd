"""What is said of Google's developer verification."""

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Message
from provisioning.releases.verification import COUNTRIES, in_short
from storage.records.app import App


def noted(app: App) -> Message:
    """Return what is noted of an app by now."""
    name = f"*{mrkdwn.plain(app.display_name, 80)}*"
    package = mrkdwn.code(app.bundle_id, 120)
    if app.registered_certificate:
        text = (
            f"{words.DONE} {name} is noted as registered for Google's developer verification: "
            f"{package} with the certificate {mrkdwn.code(in_short(app.registered_certificate))}. "
            "A build that is signed with another one carries a warning."
        )
    else:
        text = (
            f"{words.DONE} {name} is noted as not registered for Google's developer verification: "
            f"its builds say that certified phones in {COUNTRIES} refuse them."
        )
    return Message(text=text, blocks=(blocks.section(text),))
