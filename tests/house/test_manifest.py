"""The manifest, the names in the code, and what the code really listens for are the same."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.kit import names

ROOT = Path(__file__).parents[2]
SLACK = ROOT / "bot" / "slack"

TOP = {"_metadata", "display_information", "features", "oauth_config", "settings"}
FEATURES = {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains"}
SETTINGS = {
    *("event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled"),
    "token_rotation_enabled",
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def workflows() -> dict[str, Any]:
    """Read what belongs into the manifest of whoever wants the step for workflows."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "workflow-step.yml").read_text())
    return loaded


def listened(kind: str) -> Iterator[str | re.Pattern[str]]:
    """Yield what `@app.<kind>(…)` names in the code: a string, or a pattern."""
    for path in SLACK.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr == kind and getattr(node.func.value, "id", "") == "app" and node.args:
                yield named(node.args[0])


def named(node: ast.expr) -> str | re.Pattern[str]:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Attribute(value=ast.Name(id="names"), attr=attribute):
            return str(getattr(names, attribute))
        case ast.Call(func=ast.Attribute(attr="compile"), args=[ast.Constant(value=str(pattern))]):
            return re.compile(pattern)
        case ast.Dict(values=[ast.Constant(value=str(event_type)), *_]):
            return event_type
    raise AssertionError(f"a listener is registered for {ast.unparse(node)}")


def exactly(kind: str) -> set[str]:
    return {name for name in listened(kind) if isinstance(name, str)}


def bot_events(manifest: Mapping[str, Any]) -> list[str]:
    events: list[str] = manifest["settings"]["event_subscriptions"]["bot_events"]
    return events


def test_the_manifest_asks_for_the_scopes_that_the_code_names(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]

    assert scopes["bot"] == sorted(names.REQUIRED_SCOPES + names.OPTIONAL_SCOPES)
    assert scopes["bot_optional"] == sorted(names.OPTIONAL_SCOPES)


def test_the_manifest_subscribes_to_the_events_that_the_code_names(
    manifest: dict[str, Any],
) -> None:
    assert bot_events(manifest) == sorted(names.EVENTS)


def test_each_event_is_covered_by_a_scope() -> None:
    granted = set(names.REQUIRED_SCOPES + names.OPTIONAL_SCOPES)

    uncovered = [e for e, scopes in names.EVENTS.items() if scopes and not granted & set(scopes)]

    assert uncovered == []


def test_each_scope_is_needed_by_an_event_a_method_or_a_feature() -> None:
    used = {scope for scopes in names.EVENTS.values() for scope in scopes}
    used |= {scope for scopes in names.METHODS.values() for scope in scopes}
    used |= {"commands"}  # It brings the command and the shortcuts.

    assert set(names.REQUIRED_SCOPES + names.OPTIONAL_SCOPES) == used


def test_each_event_we_subscribe_to_has_a_listener() -> None:
    own = [name for name in listened("event") if getattr(name, "pattern", "") != ".*"]

    unheard = [
        event
        for event in names.EVENTS
        if not any(re.fullmatch(name, event.partition(".")[0]) for name in own)
    ]

    assert unheard == []


def test_each_event_with_a_listener_is_subscribed_to() -> None:
    subscribed = {event.partition(".")[0] for event in names.EVENTS}

    assert exactly("event") <= subscribed


def test_the_code_calls_the_methods_that_it_names_and_no_others() -> None:
    known = {name for name in dir(AsyncWebClient) if "_" in name and not name.startswith("_")}
    known -= {"api_call"}  # All of them go this way.
    called = {
        node.attr
        for path in SLACK.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in known
    }

    assert called == {m.replace(".", "_") for m in names.METHODS}


def test_the_manifest_has_the_command_and_the_shortcuts_of_the_code(
    manifest: dict[str, Any],
) -> None:
    features = manifest["features"]

    assert [command["command"] for command in features["slash_commands"]] == [names.COMMAND]
    assert features["slash_commands"][0]["should_escape"] is True
    assert {s["callback_id"] for s in features["shortcuts"]} == set(names.SHORTCUTS)


def test_what_is_added_for_workflows_has_the_steps_of_the_code_with_inputs_and_outputs(
    manifest: dict[str, Any], workflows: dict[str, Any]
) -> None:
    step = workflows["functions"][names.DISTRIBUTE_STEP]

    assert set(workflows) == {"settings", "functions"}
    assert set(workflows["functions"]) == set(names.STEPS)
    assert tuple(step["input_parameters"]["properties"]) == names.STEP_INPUTS
    assert tuple(step["output_parameters"]["properties"]) == names.STEP_OUTPUTS
    # Slack wants both of an app with steps, and the first of no other.
    assert workflows["settings"] == {"org_deploy_enabled": True, "function_runtime": "remote"}
    assert manifest["settings"]["org_deploy_enabled"] is False


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("action", names.ACTIONS),
        ("view", names.FORMS),
        ("options", names.OPTION_LISTS),
        ("shortcut", names.SHORTCUTS),
        ("function", names.STEPS),
        ("command", (names.COMMAND,)),
    ],
)
def test_every_name_has_its_listener_and_every_listener_its_name(
    kind: str, expected: tuple[str, ...]
) -> None:
    assert exactly(kind) == set(expected)


def test_no_two_names_are_the_same() -> None:
    for many in (names.ACTIONS, names.FORMS, names.OPTION_LISTS, names.SHORTCUTS):
        assert len(set(many)) == len(many)


def test_the_manifest_has_no_key_that_slack_would_refuse(manifest: dict[str, Any]) -> None:
    assert set(manifest) <= TOP
    assert set(manifest["settings"]) <= SETTINGS
    assert set(manifest["features"]) <= FEATURES
    assert set(manifest["oauth_config"]) == {"scopes"}
    assert set(manifest["display_information"]) <= {"name", "description", "background_color"}
    assert set(manifest["settings"]["event_subscriptions"]) == {"bot_events"}
    assert set(manifest["settings"]["interactivity"]) == {"is_enabled"}
    assert set(manifest["features"]["bot_user"]) == {"display_name", "always_online"}


def test_the_steps_for_workflows_are_as_slack_takes_them(
    manifest: dict[str, Any], workflows: dict[str, Any]
) -> None:
    for step in workflows["functions"].values():
        assert set(step) == {"title", "description", "input_parameters", "output_parameters"}
        for side in (step["input_parameters"], step["output_parameters"]):
            # The second version of the manifest has this form, the first another one.
            assert set(side) == {"properties", "required"}
            assert set(side["required"]) <= set(side["properties"])
            for one in side["properties"].values():
                assert set(one) == {"type", "title", "description"}
                assert one["type"] in {"string", "integer", "slack#/types/user_id"}
    for domain in manifest["features"]["unfurl_domains"]:
        assert re.fullmatch(r"[a-z0-9.-]{1,255}", domain)


def test_the_texts_of_the_manifest_have_lengths_that_slack_takes(manifest: dict[str, Any]) -> None:
    display, features = manifest["display_information"], manifest["features"]
    command = features["slash_commands"][0]

    assert 1 <= len(display["name"]) <= 35
    assert re.fullmatch(r"#[0-9a-f]{6}", display["background_color"])
    assert 1 <= len(features["bot_user"]["display_name"]) <= 80
    assert re.fullmatch(r"/[a-z-]{1,31}", command["command"])
    assert 1 <= len(command["usage_hint"]) <= 1000
    assert 1 <= len(features["shortcuts"]) <= 10
    for shortcut in features["shortcuts"]:
        assert set(shortcut) == {"name", "type", "callback_id", "description"}
        assert 1 <= len(shortcut["name"]) <= 24
        assert shortcut["type"] in {"message", "global"}
        assert 1 <= len(shortcut["callback_id"]) <= 255
    assert len(bot_events(manifest)) <= 100
    assert all(len(name) <= 50 for name in (*bot_events(manifest), *names.REQUIRED_SCOPES))
