"""What is kept of a step: the value it returned, or the error that left it."""

import json
from typing import Any, TypeVar, cast

from bot.engine.errors import StepFailed
from storage.catalog.outage import is_outage
from storage.errors import DatabaseDown, SlipwayError

T = TypeVar("T")

#: As JSON.
Outcome = dict[str, Any]


def plain(value: T) -> T:
    """Return *value* as it is read back after a restart. Raise TypeError for what is no JSON."""
    return cast("T", json.loads(json.dumps(value, allow_nan=False)))


def success(value: object) -> Outcome:
    """*value* is plain."""
    return {"kept": value}


def failure(error: Exception) -> Outcome:
    """Keep an error of ours as it is, and any other as StepFailed."""
    ours = _ours(error)
    return {
        "failed": _name_of(type(ours)),
        "sentence": str(ours),
        "code": ours.code,
        "data": _as_json(ours.data),
    }


def value_of(outcome: Outcome) -> Any:  # noqa: ANN401 - whatever a step returned
    """Return what the step returned. Raise what left it."""
    if "failed" not in outcome:
        return outcome["kept"]
    kind = _known_errors().get(outcome["failed"], StepFailed)
    raise kind(outcome["sentence"], code=outcome["code"], **outcome["data"])


def _ours(error: Exception) -> SlipwayError:
    # What others say in their errors may hold addresses with tokens: it goes to the log at most.
    if isinstance(error, SlipwayError):
        return error
    return DatabaseDown() if is_outage(error) else StepFailed()


def _as_json(data: dict[str, Any]) -> dict[str, Any]:
    try:
        return plain(data)
    except (TypeError, ValueError):
        return {}  # The sentence and the code are there; an error must not fail to be kept.


def _known_errors() -> dict[str, type[SlipwayError]]:
    """Return every error of ours by its name; they are few, and a failure is rare."""
    known, waiting = {}, [SlipwayError]
    while waiting:
        error = waiting.pop()
        known[_name_of(error)] = error
        waiting.extend(error.__subclasses__())
    return known


def _name_of(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
