"""Which addresses may be called: those of the public internet, by a list and not by a guess."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

#: IANA's registry of IPv4 addresses that are no public host, and multicast.
CLOSED_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
#: Public IPv6 addresses begin so; what is closed among them follows.
OPEN_V6: Final = IPv6Network("2000::/3")
CLOSED_V6: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))

#: An IPv4 address stands at the end of these, and after the first 16 bits of 6to4.
MAPPED: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
SIX_TO_FOUR: Final = IPv6Network("2002::/16")


def is_open(address: str) -> bool:
    """Return whether an address is one of a host on the public internet."""
    try:
        return _is_open(ip_address(address))
    except ValueError:
        return False


def is_loopback(address: str) -> bool:
    """Return whether an address is this very machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in CLOSED_V4)
    if address.scope_id is not None:
        return False
    inside = _embedded(address)
    if inside is not None:
        return _is_open(inside)
    return address in OPEN_V6 and not any(address in network for network in CLOSED_V6)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in MAPPED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return None
