"""HTTP: signed requests to the app's request URL."""

import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.shapes import JsonObject, as_object
from bot.sandbox.slack.delivery.envelope import Envelope, NotDelivered, Reply, Sort

#: An answer is read up to here; Slack's own answers are far smaller.
LONGEST_ANSWER = 1_000_000


class Requests:
    """
    Posts to one URL, as Slack does when the app has no Socket Mode.

    *skew* is added to the time of the signature, so that a test can send a stale one.
    """

    def __init__(self, session: ClientSession, url: str, signing_secret: str) -> None:
        self._session = session
        self._signer = SignatureVerifier(signing_secret)
        self.url = url
        self.skew = 0

    async def hand_over(self, envelope: Envelope, within: float) -> Reply:
        """Post and wait for a 200. Raise NotDelivered."""
        body, content_type = _encoded(envelope)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (sandbox)"}
        headers |= self._signature(body) | _retry_headers(envelope)
        try:
            async with self._session.post(
                self.url,
                data=body,
                headers=headers,
                timeout=ClientTimeout(total=within),
                allow_redirects=False,
            ) as response:
                return await _reply(response)
        except TimeoutError:
            raise NotDelivered("http_timeout") from None
        except ClientError:
            raise NotDelivered("connection_failed") from None

    async def verify_url(self, challenge: str, token: str, within: float) -> bool:
        """Send the `url_verification` that Slack sends when the URL is entered."""
        payload: JsonObject = {"type": "url_verification", "challenge": challenge, "token": token}
        reply = await self.hand_over(Envelope(sort=Sort.EVENT, payload=payload), within)
        return challenge in {reply.text, reply.payload.get("challenge")}

    def _signature(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()) + self.skew)
        signature = self._signer.generate_signature(timestamp=stamp, body=body)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}


def _encoded(envelope: Envelope) -> tuple[bytes, str]:
    if envelope.sort is Sort.EVENT:
        return json.dumps(envelope.payload).encode(), "application/json"
    fields: Mapping[str, str] = envelope.payload
    if envelope.sort is Sort.INTERACTIVE:
        fields = {"payload": json.dumps(envelope.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _retry_headers(envelope: Envelope) -> dict[str, str]:
    if envelope.retry == 0:
        return {}
    return {
        "X-Slack-Retry-Num": str(envelope.retry),
        "X-Slack-Retry-Reason": envelope.retry_reason,
    }


async def _reply(response: ClientResponse) -> Reply:
    raw = await response.content.read(LONGEST_ANSWER)
    if response.status != 200:  # noqa: PLR2004 - the one status that Slack counts as success
        may_retry = response.headers.get("X-Slack-No-Retry") != "1"
        raise NotDelivered("http_error", may_retry=may_retry)
    text = raw.decode(errors="replace")
    if response.content_type == "application/json" and text:
        return Reply(payload=as_object(json.loads(text)))
    return Reply(payload={"text": text} if text else {}, text=text)
