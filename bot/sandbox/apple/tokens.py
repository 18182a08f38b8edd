"""The token of a request: whether one of the keys made it, and whether it is good now."""

import base64
import binascii
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bot.sandbox.apple.errors import Forbidden, NotAuthorized
from bot.sandbox.apple.keys import ApiKey
from bot.sandbox.shapes import JsonObject, as_object

AUDIENCE = "appstoreconnect-v1"
#: The end of a token lies no further ahead than this.
LONGEST_SECONDS = 20 * 60
#: A clock that runs ahead by less than this makes tokens that are taken.
TOLERATED_SECONDS = 60
_HALF = 32


def key_of(authorization: str, keys: Mapping[str, ApiKey], now: float) -> tuple[ApiKey, JsonObject]:
    """Return the key that signed the token of a request, and its claims. Raise NotAuthorized."""
    kind, _, token = authorization.partition(" ")
    if kind != "Bearer" or token.count(".") != 2:  # noqa: PLR2004 - a JWS has three parts
        raise NotAuthorized("There is no bearer token.")
    head, body, seal = token.split(".")
    header = _read(head)
    if header.get("alg") != "ES256" or header.get("typ") != "JWT":
        raise NotAuthorized("The token's header does not say ES256 and JWT.")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise NotAuthorized("No key has the id of the token, or it was revoked.")
    _check_seal(key, f"{head}.{body}".encode(), _bytes(seal))
    claims = _read(body)
    _check_claims(key, claims, now)
    return key, claims


def check_scope(claims: JsonObject, method: str, path: str) -> None:
    """Raise Forbidden if the token names what it is good for, and this is something else."""
    scope = claims.get("scope")
    if scope is None:
        return
    if f"{method} {path}" not in {str(entry).partition("?")[0] for entry in scope}:
        raise Forbidden("FORBIDDEN_ERROR", "The token's scope does not hold this request.")


def _check_seal(key: ApiKey, signed: bytes, seal: bytes) -> None:
    if len(seal) != 2 * _HALF:
        raise NotAuthorized("The token's signature is not of 64 bytes.")
    halves = (int.from_bytes(seal[:_HALF], "big"), int.from_bytes(seal[_HALF:], "big"))
    try:
        key.private_key.public_key().verify(
            encode_dss_signature(*halves), signed, ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        raise NotAuthorized("The token's signature is not the key's.") from None


def _check_claims(key: ApiKey, claims: JsonObject, now: float) -> None:
    issued, ends = claims.get("iat"), claims.get("exp")
    if claims.get("aud") != AUDIENCE:
        raise NotAuthorized(f"The token's audience is not {AUDIENCE}.")
    if key.is_individual and (claims.get("sub") != "user" or "iss" in claims):
        raise NotAuthorized("The token of an individual key has the subject user and no issuer.")
    if not key.is_individual and claims.get("iss") != key.issuer_id:
        raise NotAuthorized("The token's issuer is not the key's.")
    if not isinstance(issued, int) or issued > now + TOLERATED_SECONDS:
        raise NotAuthorized("The token was issued in the future, or never.")
    if not isinstance(ends, int) or ends <= now:
        raise NotAuthorized("The token has expired.")
    if ends > now + LONGEST_SECONDS:
        raise NotAuthorized("The token lives longer than 20 minutes.")


def _read(part: str) -> JsonObject:
    try:
        return as_object(json.loads(_bytes(part)))
    except ValueError:
        raise NotAuthorized("The token cannot be read.") from None


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise NotAuthorized("The token is not base64.") from None
