"""Whether Slack lets us in: asked once before Slipway says that it is up."""

import logging

from bot.slack.line.health import SlackOut
from bot.slack.line.identity import Whoami
from provisioning.errors import TellerFailed
from storage.errors import SlipwayError

logger = logging.getLogger(__name__)


#: What Slack says where Socket Mode is not switched on.
SOCKET_MODE_OFF = "link_disabled"


class NotLetIn(SlipwayError):
    """Slack does not let this Slipway in."""

    code = "not_let_in"


def bot_token_refused(word: str) -> NotLetIn:
    """Return the sentence for Slack's *word* about the bot token."""
    return NotLetIn(
        f"Slack does not accept SLIPWAY_SLACK_BOT_TOKEN ({word}). Copy the Bot User OAuth Token "
        "(xoxb-…) anew from “OAuth & Permissions” of the Slack app.",
        slack=word,
    )


def app_token_refused(word: str) -> NotLetIn:
    """Return the sentence for Slack's *word* about the app-level token."""
    if word == SOCKET_MODE_OFF:
        return NotLetIn(
            f"Socket Mode is switched off for the Slack app ({word}). Switch it on under “Socket "
            "Mode” of the Slack app, or set SLIPWAY_SLACK_MODE=http.",
            slack=word,
        )
    return NotLetIn(
        f"Slack does not accept SLIPWAY_SLACK_APP_TOKEN ({word}). Generate an app-level token "
        "(xapp-…) with the scope connections:write under “Basic Information” of the Slack app, and "
        "switch on “Socket Mode”.",
        slack=word,
    )


async def knock(whoami: Whoami) -> None:
    """Ask Slack who we are. Raise NotLetIn; a Slack out of reach is waited for elsewhere."""
    try:
        await whoami()
    except TellerFailed as failure:
        if failure.transient and not isinstance(failure, SlackOut):
            logger.warning("Slack cannot be reached. Slipway starts without it and asks again.")
            return
        raise bot_token_refused(str(failure.data.get("slack", ""))) from None
