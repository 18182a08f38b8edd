"""The sandbox before an outside judge: Apple's own document, which nobody may ship."""

import os
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.apple.app_ids import AppId
from bot.sandbox.apple.certificates import Certificate
from bot.sandbox.apple.server import SandboxApple
from bot.sandbox.samples.identities import device_id
from provisioning.codesign.identity.request import make_request
from tests.openapi import Judge
from tests.unit.bot.sandbox.apple.client import Answer, AppleClient

#: Where somebody keeps Apple's OpenAPI document, as JSON.
VARIABLE = "APP_STORE_CONNECT_OPENAPI"


async def _everything(
    client: AppleClient, app_id: AppId, certificate: Certificate
) -> list[tuple[str, Answer]]:
    """Do each thing once, and give the operations with their answers."""
    phone = await client.register(device_id(1))
    bundle = {"type": "bundleIds", "id": app_id.id}
    new = {"identifier": "com.example.pier", "name": "Pier", "platform": "IOS"}
    made = await client.post("bundleIds", new)
    capability = await client.post(
        "bundleIdCapabilities", {"capabilityType": "PUSH_NOTIFICATIONS"}, bundleId=bundle
    )
    csr = make_request("Slipway").csr_pem.decode()
    issued = await client.post(
        "certificates", {"certificateType": "DISTRIBUTION", "csrContent": csr}
    )
    profile = await client.post(
        "profiles",
        {"name": "Harbour 1", "profileType": "IOS_APP_ADHOC"},
        bundleId=bundle,
        certificates=[{"type": "certificates", "id": certificate.id}],
        devices=[{"type": "devices", "id": phone.data["id"]}],
    )
    ids = {
        "bundleIds": made.data["id"],
        "certificates": issued.data["id"],
        "devices": phone.data["id"],
        "profiles": profile.data["id"],
    }
    done = [
        ("POST devices", phone),
        ("POST devices", await client.register(device_id(1))),
        ("POST bundleIds", made),
        ("POST bundleIdCapabilities", capability),
        ("POST certificates", issued),
        ("POST profiles", profile),
        ("PATCH devices/{id}", await client.patch("devices", ids["devices"], name="Ann's")),
        ("PATCH bundleIds/{id}", await client.patch("bundleIds", ids["bundleIds"], name="Quay")),
    ]
    for path in ("bundleIds", "certificates", "devices", "profiles"):
        done.append((f"GET {path}", await client.get(f"/{path}?limit=200&sort=id")))
        done.append((f"GET {path}/{{id}}", await client.get(f"/{path}/{ids[path]}")))
    for path in ("bundleId", "devices", "certificates"):
        for part in (path, f"relationships/{path}"):
            answer = await client.get(f"/profiles/{ids['profiles']}/{part}")
            done.append((f"GET profiles/{{id}}/{part}", answer))
    done.append(("GET profiles", await client.get("/profiles?include=devices&limit[devices]=50")))
    done.append(("GET profiles", await client.get("/profiles?filter[profileState]=ACTIVE")))
    gone = ("profiles", "certificates", "bundleIds")
    return done + [(f"DELETE {kind}/{{id}}", await client.delete(kind, ids[kind])) for kind in gone]


async def test_apples_document_finds_nothing(
    apple: SandboxApple, client: AppleClient, app_id: AppId, certificate: Certificate
) -> None:
    judge = Judge.read(Path(os.environ[VARIABLE]))  # noqa: TID251 - no setting of ours

    done = await _everything(client, app_id, certificate)

    asked = [judge.request(each.operation, each.query, each.body) for each in apple.calls]
    answered = [judge.answer(name, each.status, each.body) for name, each in done]
    assert [sentence for found in (*asked, *answered) for sentence in found] == []


async def test_everything_that_the_judge_is_shown_goes_well(
    apple: SandboxApple, client: AppleClient, app_id: AppId, certificate: Certificate
) -> None:
    done = await _everything(client, app_id, certificate)

    assert [name for name, answer in done if answer.status >= 400] == ["POST devices"]
    assert [called.operation for called in apple.calls if called.status == 0] == []
    assert apple.violations == []


DEVICE: dict[str, Any] = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"type": "string", "enum": ["devices"]},
        "attributes": {"$ref": "#/components/schemas/Attributes"},
    },
}
SMALL: dict[str, Any] = {
    "paths": {
        "/v1/devices": {
            "get": {
                "parameters": [
                    {"name": "limit", "schema": {"type": "integer", "maximum": 200}},
                    {
                        "name": "filter[status]",
                        "schema": {"type": "array", "items": {"enum": ["ENABLED"]}},
                    },
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"type": "array", "items": DEVICE}}
                        }
                    }
                },
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": DEVICE}}},
                "responses": {"204": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "Attributes": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "size": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
                },
            }
        }
    },
}
ASKED: dict[str, tuple[str, dict[str, str], object, str]] = {
    "bad value": ("POST devices", {}, {"type": "phones"}, "does not know the value phones"),
    "body of none": ("GET devices", {}, {"type": "devices"}, "takes no body"),
    "good": ("POST devices", {}, {"type": "devices", "attributes": {"size": 1}}, ""),
    "good parameters": ("GET devices", {"limit": "200", "cursor": "x"}, {}, ""),
    "lacking": ("POST devices", {}, {}, "lacks type"),
    "neither alternative": (
        "POST devices",
        {},
        {"type": "devices", "attributes": {"size": []}},
        "of the type",
    ),
    "stranger": ("DELETE devices/{id}", {}, {}, "is not documented"),
    "too many": ("GET devices", {"limit": "201"}, {}, "up to 200"),
    "unknown": (
        "POST devices",
        {},
        {"type": "devices", "attributes": {"udid": ""}},
        "has the unknown udid",
    ),
    "unknown parameter": ("GET devices", {"page": "1"}, {}, "the parameter page"),
    "unknown word": (
        "GET devices",
        {"filter[status]": "PROCESSING"},
        {},
        "does not know filter[status]=PROCESSING",
    ),
    "wrong type": ("POST devices", {}, {"type": 7}, "of the type string"),
}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_the_judge_sees_what_is_off_a_request(name: str) -> None:
    operation, query, body, wanted = ASKED[name]

    found = Judge(SMALL).request(operation, query, body)

    assert len(found) == bool(wanted)
    assert wanted in "".join(found)


def test_the_judge_sees_what_is_off_an_answer() -> None:
    judge = Judge(SMALL)
    devices = [{"type": "phones", "attributes": {"name": None}}]

    assert judge.answer("GET devices", 200, devices) == []
    assert "unknown udid" in judge.answer("GET devices", 200, [{"type": "a", "udid": ""}])[0]
    assert "answer 418" in judge.answer("GET devices", 418, {})[0]
    assert "with a body" in judge.answer("POST devices", 204, {"data": []})[0]
    assert judge.answer("POST devices", 204, {}) == []
