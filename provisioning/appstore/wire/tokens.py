"""The bearer token: made from the key, used again until shortly before its end."""

import jwt

from provisioning.appstore.wire.key import AppStoreKey

AUDIENCE = "appstoreconnect-v1"
#: In seconds. Apple allows 20 minutes at most, and refuses just those when our clock runs ahead.
LIFE = 15 * 60
#: In seconds: `iat` lies so far back, because a token of the future is refused.
BACK = 60
#: In seconds: a token that ends so soon could end on its way.
REST = 2 * 60


class Tokens:
    """Makes tokens for one key. Times are seconds since 1970."""

    def __init__(self, key: AppStoreKey) -> None:
        self._key = key
        self._token = ""
        self._made_at = 0.0

    def at(self, now: float) -> str:
        """Return a token that holds *now*, the same one as long as it does."""
        # A clock that was set back made the token in the future: it is of no use then either.
        if not self._token or not 0 <= now - self._made_at < LIFE - BACK - REST:
            self._token, self._made_at = self._made(int(now)), now
        return self._token

    def forget(self) -> None:
        """Make a new token next time."""
        self._token = ""

    def _made(self, now: int) -> str:
        claims = {
            "iss": self._key.issuer_id,
            "iat": now - BACK,
            "exp": now - BACK + LIFE,
            "aud": AUDIENCE,
        }
        headers = {"kid": self._key.key_id}
        return jwt.encode(claims, self._key.private_key, algorithm="ES256", headers=headers)
