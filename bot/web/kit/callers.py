"""Who calls: the address that a request comes from, past the proxies that are trusted."""

import logging
from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias

from aiohttp import web

logger = logging.getLogger(__name__)

Network: TypeAlias = IPv4Network | IPv6Network
Address: TypeAlias = IPv4Address | IPv6Address

FORWARDED: Final = "X-Forwarded-For"

#: Whoever has an IPv6 address has at least so many bits of them.
OWN_NETWORK: Final = 64

#: No proxies stand in a longer row; the rest of the header is a stranger's.
HOPS: Final = 16

NOT_TRUSTED: Final = (
    "Requests come through %s, which is not among SLIPWAY_TRUSTED_PROXIES: everybody behind it "
    "counts as one, and all of them together are limited as one address is."
)


class Callers:
    """
    Knows whose request it is.

    What `X-Forwarded-For` says is believed of a trusted proxy alone: the last address in it that is
    no proxy's is the caller's. Anything before that, a caller may have written.
    """

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted: Sequence[Network] = [ip_network(one, strict=False) for one in trusted]
        self._has_complained = False

    def of(self, request: web.BaseRequest) -> str:
        """Return what the caller is counted by: an address, of IPv6 its network."""
        peer = _read(request.remote or "")
        if peer is None:
            return request.remote or ""
        if not self._is_trusted(peer):
            self._complain(peer, request)
            return _counted(peer)
        return _counted(self._past_proxies(peer, request.headers.getall(FORWARDED, ())))

    def _past_proxies(self, peer: Address, headers: Iterable[str]) -> Address:
        said = ",".join(headers).rsplit(",", HOPS)
        for text in reversed(said[-HOPS:]):
            address = _read(text.strip())
            if address is None:
                break  # Whoever wrote that is no proxy of ours, and nor is what stands before it.
            peer = address
            if not self._is_trusted(peer):
                break
        return peer

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def _complain(self, peer: Address, request: web.BaseRequest) -> None:
        """Say once that a proxy is not known to be one. Of strangers nothing is written down."""
        if self._has_complained or FORWARDED not in request.headers or peer.is_global:
            return
        self._has_complained = True
        logger.warning(NOT_TRUSTED, peer)


def _read(text: str) -> Address | None:
    """Return an address as it stands in the header, with a port perhaps; None for anything else."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _counted(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, OWN_NETWORK), strict=False))
