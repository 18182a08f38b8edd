"""The guarded client: what it does not call, whatever the address says."""

from collections.abc import Sequence

import pytest

from bot.outgoing.guarded import GuardedClient, NotReached, Refused
from tests.unit.bot.outgoing.conftest import Canary

#: Spellings of this very machine that a resolver understands, and what else leads inside.
INSIDE = (
    "127.0.0.1",
    "127.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f.1",
    "①②⑦.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",  # noqa: S104 - nothing listens there
)


@pytest.mark.parametrize("host", INSIDE)
async def test_this_machine_is_not_called_in_whatever_spelling(canary: Canary, host: str) -> None:
    with pytest.raises((Refused, NotReached)):
        await GuardedClient().post(f"https://{host}:{canary.port}/", b"{}", {})

    assert canary.connections == 0


@pytest.mark.parametrize(
    "address", ["http://example.com/", "ftp://example.com/", "https://", "https://a:b@example.com/"]
)
async def test_an_address_of_another_kind_is_not_called(address: str) -> None:
    async def lookup(_host: str, _port: int) -> Sequence[str]:
        raise AssertionError("It was looked up.")

    with pytest.raises(Refused):
        await GuardedClient(lookup=lookup).post(address, b"{}", {})


async def test_one_address_inside_among_others_is_enough_to_refuse(canary: Canary) -> None:
    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return ["8.8.8.8", "127.0.0.1"]

    with pytest.raises(Refused, match="public internet"):
        await GuardedClient(lookup=lookup).post(f"https://ci.example:{canary.port}/", b"", {})

    assert canary.connections == 0


async def test_a_name_that_means_this_machine_a_moment_later_is_looked_up_once(
    canary: Canary,
) -> None:
    answers = [["2001:4860:4860::8888"], ["127.0.0.1"]]

    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    client = GuardedClient(lookup=lookup, within=5)
    # Nothing of a test gets out, and what holds it back says where it was about to go.
    with pytest.raises(UserWarning, match="2001:4860:4860::8888"):
        await client.post(f"https://ci.example:{canary.port}/", b"{}", {})

    assert answers == [["127.0.0.1"]]
    assert canary.connections == 0


async def test_it_connects_to_the_address_that_was_checked_and_says_the_name(
    canary: Canary,
) -> None:
    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    client = GuardedClient(near=True, lookup=lookup)
    status = await client.post(f"http://ci.invalid:{canary.port}/hooks", b"{}", {"X-A": "b"})

    assert status == 204
    (heard,) = canary.heard
    assert heard.startswith(b"POST /hooks HTTP/1.1\r\n")
    assert f"Host: ci.invalid:{canary.port}".encode() in heard


async def test_near_opens_this_machine_alone() -> None:
    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return ["10.0.0.1"]

    with pytest.raises(Refused):
        await GuardedClient(near=True, lookup=lookup).post("http://ci.example/", b"", {})


async def test_no_redirect_is_followed(canary: Canary) -> None:
    canary.status(307, f"Location: {canary.url}/elsewhere")

    assert await GuardedClient(near=True).post(canary.url, b"{}", {}) == 307
    assert canary.connections == 1


async def test_no_proxy_is_taken_from_the_environment(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, canary.url)

    async def lookup(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    with pytest.raises(NotReached):
        await GuardedClient(near=True, lookup=lookup).post("http://ci.example:1/", b"", {})
    assert canary.connections == 0


@pytest.mark.parametrize(
    "answer", [b"garbage\r\n\r\n", b"HTTP/1.1 banana\r\n\r\n", b"\r\n", b"\0" * 99]
)
async def test_an_answer_that_is_none_was_not_reached(canary: Canary, answer: bytes) -> None:
    canary.answer = answer

    with pytest.raises(NotReached):
        await GuardedClient(near=True, within=2).post(canary.url, b"{}", {})


async def test_silence_ends(canary: Canary) -> None:
    canary.answer = b""

    with pytest.raises(NotReached, match="in time"):
        await GuardedClient(near=True, within=0.2).post(canary.url, b"{}", {})


async def test_of_a_large_answer_the_beginning_is_enough(canary: Canary) -> None:
    canary.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + b"x" * 200_000

    assert await GuardedClient(near=True).post(canary.url, b"{}", {}) == 200
