"""The webhook by which a team's own CI is asked for a new build."""

import hashlib
import hmac
import json
from typing import Any, Final

from bot.outgoing.guarded import GuardedClient, NotReached, Refused
from provisioning.errors import CallFailed, CallUnreachable
from provisioning.ports import RebuildCall

EVENT: Final = "needs_rebuild"

#: What an answer means, by its status.
TAKEN: Final = range(200, 300)
ELSEWHERE: Final = range(300, 400)
BROKEN: Final = range(500, 600)
#: Whoever answers so may have time later.
PASSING: Final = frozenset({408, 425, 429})


class RebuildWebhook:
    """Posts JSON, signed with a secret that the receiver knows."""

    def __init__(self, client: GuardedClient, address: str, secret: str) -> None:
        self._client = client
        self._address = address
        self._secret = secret.encode()

    async def call(self, wanted: RebuildCall) -> None:
        """Ask once. Raise CallUnreachable, CallFailed; neither quotes what was sent or answered."""
        body = json.dumps(payload(wanted), ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Slipway",
            "X-Slipway-Event": EVENT,
            "X-Slipway-Delivery": wanted.id,
            "X-Slipway-Signature": f"sha256={signature(self._secret, body)}",
        }
        try:
            status = await self._client.post(self._address, body, headers)
        except Refused as refused:
            raise CallFailed(str(refused)) from None
        except NotReached as failure:
            raise CallUnreachable(str(failure)) from None
        _judge(status)


def signature(secret: bytes, body: bytes) -> str:
    """Return the HMAC-SHA-256 of a body, in hex."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def payload(wanted: RebuildCall) -> dict[str, Any]:
    """Return what is posted, as JSON knows it."""
    return {
        "event": EVENT,
        "id": wanted.id,
        "requested_at": wanted.requested_at.isoformat(),
        "app": {
            "name": wanted.app,
            "bundle_id": wanted.bundle_id,
            "platform": wanted.platform,
        },
        "release": {
            "number": wanted.number,
            "version": wanted.version,
            "build": wanted.build,
        },
        "reason": {"code": wanted.code, "sentence": wanted.sentence},
        "devices": [
            {
                "udid": device.udid,
                "name": device.name,
                "model": device.model,
                "platform": device.platform,
            }
            for device in wanted.devices
        ],
    }


def _judge(status: int) -> None:
    """Raise unless *status* says that it was taken."""
    if status in TAKEN:
        return
    if status in PASSING or status in BROKEN:
        raise CallUnreachable(f"It answered {status}.")
    if status in ELSEWHERE:
        raise CallFailed(
            f"It answered {status}, a redirect, and Slipway follows none. Set the address that it "
            "leads to."
        )
    raise CallFailed(f"It answered {status}.")
