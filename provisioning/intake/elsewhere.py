"""Addresses of builds that lie elsewhere: where a person may be sent. Nobody here fetches any."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from provisioning.errors import Unclear

#: Characters. Buttons, browsers and servers take as many.
LONGEST_LINK: Final = 2_000

#: What stands in an address as it is typed; anything else is written with percent signs there.
_TYPED: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
#: Browsers read a host whose last part is a number as an IPv4 address, however it is written.
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_NEAR: Final = ("localhost", "local", "internal", "lan", "home.arpa")


def checked_link(text: str, *, own: str) -> str:
    """
    Return the address of a build as it is kept.

    Raise Unclear with the field `link`, saying what is wrong. *own* is our own address: what begins
    with it is somebody's personal link.
    """
    link = text.strip()
    if not link:
        raise _wrong("Give the link to the build: https://…")
    if len(link) > LONGEST_LINK:
        raise _wrong(f"The link has {len(link)} characters, and {LONGEST_LINK:,} are the most.")
    if not link.lower().startswith("https://"):
        raise _wrong(
            "The link has to begin with https:// so that nobody on the way can change the file."
        )
    if not _TYPED.fullmatch(link):
        raise _wrong(
            "The link holds a character that no address has. Copy it from the address bar of a "
            "browser, which writes such characters with percent signs."
        )
    parts = _split(link)
    if parts.username is not None or parts.password is not None:
        raise _wrong(
            "The link holds a name or a password before an @. Everybody who gets the release would "
            "read it: use a link without one."
        )
    _require_public((parts.hostname or "").rstrip("."))
    if f"{link}/".lower().startswith(f"{own.rstrip('/')}/".lower()):
        raise _wrong(
            "This is a link of Slipway's own, and those are for one person each. Distribute that "
            "release instead."
        )
    return link


def host_of(link: str) -> str:
    """Return the host of a link that was checked, as people read it."""
    return urlsplit(link).netloc


def _split(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        _ = parts.port  # It is read when it is asked for.
    except ValueError:
        raise _wrong("The link has no host that a browser could ask.") from None
    return parts


def _require_public(host: str) -> None:
    """Raise Unclear for a host that is another one for everybody who clicks, or for none."""
    address = _literal(host)
    if address is not None:
        if not address.is_global or address.is_multicast:
            raise _wrong(
                f"{host} is an address inside a network: it leads everybody who clicks somewhere "
                "else. Use a name that all testers reach."
            )
        return
    if any(host == name or host.endswith(f".{name}") for name in _NEAR):
        raise _wrong(
            f"{host} is a name inside a network: it leads everybody who clicks somewhere else. Use "
            "one that all testers reach."
        )
    if not _HOST.fullmatch(host) or _NUMBER.fullmatch(host):
        raise _wrong("The link has no host that a browser could ask.")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _wrong(sentence: str) -> Unclear:
    return Unclear(sentence, field="link")
