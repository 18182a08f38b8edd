"""Slack's signature, by which its requests are told from everybody else's."""

import hashlib
import hmac
import re
import time

from multidict import MultiMapping

#: Slack's own bound for how old a request may be, in seconds; a clock may be wrong either way.
AGE = 300
#: Digits of ASCII and nothing else: `int` would take other scripts, signs and blanks as well.
_STAMP = re.compile(r"[0-9]{1,12}")

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")

STAMP_HEADER = "X-Slack-Request-Timestamp"
SIGNATURE_HEADER = "X-Slack-Signature"


Headers = MultiMapping[str]


class SlackSignature:
    """Checks the signature `v0`: HMAC-SHA256 of the time and the bytes of the body."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def is_timely(self, headers: Headers) -> bool:
        """Return whether both headers stand there once, with a time of these minutes."""
        stamp = _only(headers, STAMP_HEADER)
        if _only(headers, SIGNATURE_HEADER) is None or stamp is None:
            return False
        return bool(_STAMP.fullmatch(stamp)) and abs(time.time() - int(stamp)) <= AGE

    @staticmethod
    def is_formed(headers: Headers) -> bool:
        """Return whether the signature looks like one of Slack's, whoever made it."""
        return bool(_SIGNATURE.fullmatch(_only(headers, SIGNATURE_HEADER) or ""))

    def covers(self, headers: Headers, body: bytes) -> bool:
        """Return whether Slack signed these very bytes a moment ago."""
        if not self.is_timely(headers):
            return False
        stamp, claimed = headers[STAMP_HEADER], headers[SIGNATURE_HEADER]
        digest = hmac.new(self._secret, b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256)
        # Bytes are compared: `compare_digest` refuses texts with anything but ASCII in them.
        return hmac.compare_digest(
            f"v0={digest.hexdigest()}".encode(), claimed.encode(errors="surrogateescape")
        )


def _only(headers: Headers, name: str) -> str | None:
    found = headers.getall(name, [])
    return found[0] if len(found) == 1 else None
