"""A delivery of Slack's, handed to the app whichever way it came."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse


class Senseless(ValueError):
    """A delivery that Slack cannot have meant; the message says why, and nothing of its content."""


async def deliver(
    app: AsyncApp,
    body: dict[str, Any],
    headers: Mapping[str, str],
    context: Mapping[str, Any] | None = None,
) -> BoltResponse:
    """
    Return the app's answer to a body that came from Slack and was read already.

    *context* goes to the middleware and the listeners with it.

    Errors of listeners are answered by the app itself. What is left is Bolt's: it looks into a body
    without asking of what type anything is. Raise Senseless for that.
    """
    try:
        # `socket_mode` is Bolt's word for a body that is read and whose sender is known.
        request = AsyncBoltRequest(
            body=body, headers=dict(headers), context=dict(context or {}), mode="socket_mode"
        )
        return await app.async_dispatch(request)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        kind = type(error).__name__
        raise Senseless(f"something is missing or of the wrong type ({kind})") from error
