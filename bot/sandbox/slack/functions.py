"""Custom steps of the app, and their runs in workflows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sandbox.shapes import JsonObject, as_list, as_object, as_text

#: What a value of each type is, as Slack checks it. Ids of Slack's are strings.
PYTHON: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An input or output of a function."""

    name: str
    type: str
    title: str
    is_required: bool

    def fits(self, value: object) -> bool:
        wanted = PYTHON.get(self.type, str)
        return isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))

    def as_json(self) -> JsonObject:
        return {
            "name": self.name,
            "type": self.type,
            "title": self.title,
            "is_required": self.is_required,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as the manifest declares it."""

    callback_id: str
    title: str
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]

    @classmethod
    def read(cls, callback_id: str, given: Mapping[str, object]) -> "Function":
        """Take a function from a parsed manifest of the second version."""
        return cls(
            callback_id=callback_id,
            title=as_text(given.get("title")),
            inputs=_parameters(as_object(given.get("input_parameters"))),
            outputs=_parameters(as_object(given.get("output_parameters"))),
        )


class ExecutionState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True)
class Execution:
    """One run of a function; *error* is what the app said when it failed."""

    id: str
    function: Function
    inputs: JsonObject
    state: ExecutionState = ExecutionState.RUNNING
    outputs: JsonObject = field(default_factory=dict)
    error: str = ""


def mistakes(parameters: tuple[Parameter, ...], values: Mapping[str, object]) -> list[str]:
    """Return what is wrong with values, as sentences."""
    known = {one.name: one for one in parameters}
    wrong = [f"Unknown parameter {name}." for name in values if name not in known]
    wrong += [
        f"Missing parameter {one.name}."
        for one in parameters
        if one.is_required and one.name not in values
    ]
    wrong += [
        f"{name} is not of type {known[name].type}."
        for name, value in values.items()
        if name in known and not known[name].fits(value)
    ]
    return wrong


def _parameters(given: Mapping[str, object]) -> tuple[Parameter, ...]:
    required = {as_text(name) for name in as_list(given.get("required"))}
    return tuple(
        Parameter(
            name=name,
            type=as_text(as_object(one).get("type")),
            title=as_text(as_object(one).get("title")),
            is_required=name in required,
        )
        for name, one in as_object(given.get("properties")).items()
    )
