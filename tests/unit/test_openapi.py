"""The judge itself, before a small document of our own."""

from dataclasses import replace
from typing import Any

import pytest

from tests.openapi import Exchanged, Judge

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
        },
        "/v1/devices/{id}": {"get": {"responses": {"200": {}}}},
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


EXCHANGED = Exchanged(
    method="POST",
    path="/v1/devices",
    query={},
    body={"type": "devices", "attributes": {"name": "Bob's"}},
    status=204,
    answer=None,
)


def test_the_judge_finds_the_operation_of_a_path_by_itself() -> None:
    judge = Judge(SMALL)

    assert judge.operation("GET", "/v1/devices") == "GET devices"
    assert judge.operation("GET", "/v1/devices/D1") == "GET devices/{id}"
    assert judge.operation("GET", "/v1/devices/D1/owner") == "GET devices/D1/owner"
    assert judge.operation("GET", "/v2/devices") == "GET /v2/devices"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, ""),
        ({"path": "/v1/phones"}, "POST phones is not documented"),
        ({"query": {"limit": "1"}}, "does not take the parameter limit"),
        ({"body": {"type": "devices", "attributes": {"colour": 1}}}, "has the unknown colour"),
        ({"body": None}, "has to be of the type object"),
        ({"status": 201}, "not documented to answer 201"),
        ({"answer": {"data": []}}, "answers 204 with a body"),
    ],
)
def test_the_judge_sees_what_is_off_an_exchange(change: dict[str, Any], wanted: str) -> None:
    found = Judge(SMALL).exchange(replace(EXCHANGED, **change))

    assert bool(found) == bool(wanted)
    assert wanted in " ".join(found)
