"""Whose request it is: past trusted proxies, and no further than their word goes."""

import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.web.kit.callers import Callers

CALLERS = Callers(["127.0.0.1", "::1", "10.0.0.0/24"])


def request(peer: str, *forwarded: str) -> web.Request:
    headers = CIMultiDict([("X-Forwarded-For", one) for one in forwarded])
    return make_mocked_request("GET", "/", headers=headers).clone(remote=peer)


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("127.0.0.1", (), "127.0.0.1"),
        ("127.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("127.0.0.1", ("203.0.113.9:4711",), "203.0.113.9"),
        # The last one that is no proxy's: whatever stands before it, the caller wrote.
        ("127.0.0.1", ("1.2.3.4, 203.0.113.9",), "203.0.113.9"),
        ("127.0.0.1", ("1.2.3.4, 203.0.113.9, 10.0.0.7",), "203.0.113.9"),
        ("127.0.0.1", ("1.2.3.4", "203.0.113.9"), "203.0.113.9"),
        ("127.0.0.1", ("1.2.3.4, nonsense, 10.0.0.7",), "10.0.0.7"),
        ("127.0.0.1", ("",), "127.0.0.1"),
        ("127.0.0.1", (",".join(["10.0.0.7"] * 4000),), "10.0.0.7"),
        # Nobody else's word is taken.
        ("203.0.113.9", ("1.2.3.4",), "203.0.113.9"),
        ("203.0.113.9", ("127.0.0.1",), "203.0.113.9"),
        # Of IPv6 everybody has a whole network.
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("::1", ("2001:db8:1:2:ffff::1",), "2001:db8:1:2::/64"),
        ("::1", ("[2001:db8:1:2::9]:443",), "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", (), "203.0.113.9"),
        ("", (), ""),
    ],
)
def test_a_caller_is_known_as_far_as_proxies_are_trusted(
    peer: str, forwarded: tuple[str, ...], caller: str
) -> None:
    assert CALLERS.of(request(peer, *forwarded)) == caller


def test_a_proxy_that_is_not_trusted_is_told_of_once_and_a_stranger_never(
    caplog: pytest.LogCaptureFixture,
) -> None:
    callers = Callers(["127.0.0.1"])

    callers.of(request("8.8.8.8", "1.2.3.4"))
    assert caplog.messages == []
    for _ in range(3):
        callers.of(request("172.18.0.2", "1.2.3.4"))

    (said,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "172.18.0.2, which is not among SLIPWAY_TRUSTED_PROXIES" in said.getMessage()
