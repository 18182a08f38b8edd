"""A request that is off the documents is refused, and remembered as a violation."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.apple.team import SandboxTeam
from bot.sandbox.samples.identities import device_id
from tests.unit.bot.sandbox.apple.client import AppleClient

NEW = {"name": "Bob's", "platform": "IOS", "udid": device_id(1)}
BODIES: dict[str, tuple[object, int, str]] = {
    "array": ([], 400, "ENTITY_INVALID"),
    "attribute missing": (
        {"data": {"type": "devices", "attributes": {**NEW, "name": ""}}},
        409,
        "ENTITY_ERROR.ATTRIBUTE.REQUIRED",
    ),
    "attribute of another type": (
        {"data": {"type": "devices", "attributes": {**NEW, "name": 7}}},
        409,
        "ENTITY_ERROR.ATTRIBUTE.TYPE",
    ),
    "attribute unknown": (
        {"data": {"type": "devices", "attributes": {**NEW, "status": "ENABLED"}}},
        409,
        "ENTITY_ERROR.ATTRIBUTE.UNKNOWN",
    ),
    "data missing": ({"type": "devices"}, 400, "ENTITY_INVALID"),
    "id of its own": (
        {"data": {"type": "devices", "id": "A", "attributes": NEW}},
        409,
        "ENTITY_ERROR.ID.INVALID",
    ),
    "member unknown": (
        {"data": {"type": "devices", "attributes": NEW, "udid": "A"}},
        400,
        "ENTITY_INVALID",
    ),
    "relationship unknown": (
        {
            "data": {
                "type": "devices",
                "attributes": NEW,
                "relationships": {"profiles": {"data": []}},
            }
        },
        409,
        "ENTITY_ERROR.RELATIONSHIP.UNKNOWN",
    ),
    "type of another": (
        {"data": {"type": "phones", "attributes": NEW}},
        409,
        "ENTITY_ERROR.TYPE.INVALID",
    ),
    "value unknown": (
        {"data": {"type": "devices", "attributes": {**NEW, "platform": "TVOS"}}},
        409,
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
    ),
}


@pytest.mark.parametrize("name", sorted(BODIES))
async def test_a_body_off_the_document_is_refused(
    apple: SandboxApple, client: AppleClient, team: SandboxTeam, name: str
) -> None:
    body, status, code = BODIES[name]

    answer = await client.ask("POST", "/devices", body)

    assert (answer.status, answer.code) == (status, code)
    assert len(team.devices) == 0
    assert len(apple.violations) == 1


async def test_what_is_not_json_is_refused(apple: SandboxApple, client: AppleClient) -> None:
    as_text = await client.ask(
        "POST", "/devices", {"data": {}}, headers={"Content-Type": "text/plain"}
    )
    empty = await client.ask("POST", "/devices", headers={"Content-Type": "application/json"})

    assert (as_text.status, as_text.code) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (empty.status, empty.code) == (400, "ENTITY_INVALID")
    assert len(apple.violations) == 2


ADDRESSES = {
    "change of a profile": ("PATCH", "/profiles/A", 403, "FORBIDDEN_ERROR"),
    "deletion of a device": ("DELETE", "/devices/A", 403, "FORBIDDEN_ERROR"),
    "list of capabilities": ("GET", "/bundleIdCapabilities", 403, "FORBIDDEN_ERROR"),
    "method unknown": ("PUT", "/devices/A", 405, "METHOD_NOT_ALLOWED"),
    "path too long": ("GET", "/profiles/A/devices/B", 404, "PATH_ERROR"),
    "relationship unknown": ("GET", "/devices/A/profiles", 404, "PATH_ERROR"),
    "resource unknown": ("GET", "/phones", 404, "PATH_ERROR"),
    "write of a relationship": ("POST", "/profiles/A/devices", 405, "METHOD_NOT_ALLOWED"),
}


@pytest.mark.parametrize("name", sorted(ADDRESSES))
async def test_what_apple_does_not_do_is_refused(
    apple: SandboxApple, client: AppleClient, name: str
) -> None:
    method, path, status, code = ADDRESSES[name]

    answer = await client.ask(method, path)

    assert (answer.status, answer.code) == (status, code)
    assert len(apple.violations) == 1


async def test_what_is_allowed_instead_is_said(client: AppleClient) -> None:
    answer = await client.patch("profiles", "A", name="Harbour 2")

    assert answer.detail.endswith("CREATE, DELETE, GET_COLLECTION, GET_INSTANCE")


@pytest.mark.parametrize("kind", ["bundleIds", "certificates", "devices", "profiles"])
async def test_an_id_of_nothing_is_not_found(
    apple: SandboxApple, client: AppleClient, kind: str
) -> None:
    answer = await client.get(f"/{kind}/ABCDEFGHIJ")

    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    # A client may well ask for what somebody has deleted.
    assert apple.violations == []


async def test_ids_are_steady_and_others_with_another_salt() -> None:
    first, second, third = SandboxApple(), SandboxApple(), SandboxApple(salt="again")

    assert first.team.key.id == second.team.key.id != third.team.key.id
    assert first.team.issuer_id == third.team.issuer_id


async def test_the_api_may_lie_below_a_prefix(client: AppleClient) -> None:
    application = web.Application()
    client.apple.mount(application, "/apple")
    async with TestServer(application) as server:
        answer = await client.ask("GET", str(server.make_url("/apple/v1/bundleIds")))
        client.apple.team.app_ids.register("com.example.harbour", "Harbour")
        listed = await client.ask("GET", str(server.make_url("/apple/v1/bundleIds")))
        (found,) = listed.data
        again = await client.ask("GET", found["links"]["self"])

    assert answer.data == []
    assert again.data["id"] == found["id"]
