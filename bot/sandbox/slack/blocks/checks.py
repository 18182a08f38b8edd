"""The small checks that the big ones are made of."""

import re
from collections.abc import Mapping, Sequence

from bot.sandbox.slack.blocks.report import Check, Report


def text(longest: int, *, shortest: int = 1) -> Check:
    """Expect a string of *shortest* to *longest* characters."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.wrong("must be a string", pointer)
        elif len(value) < shortest:
            report.wrong(f"must be more than {shortest - 1} characters", pointer)
        elif len(value) > longest:
            report.wrong(f"must be less than {longest + 1} characters", pointer)

    return check


def pattern(expression: str, what: str) -> Check:
    """Expect a string of a certain form."""
    compiled = re.compile(expression)

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            report.wrong(f"must be {what}", pointer)

    return check


def boolean(value: object, pointer: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.wrong("must be a boolean", pointer)


def integer(lowest: int, highest: int) -> Check:
    """Expect a whole number."""

    def check(value: object, pointer: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.wrong("must be an integer", pointer)
        elif not lowest <= value <= highest:
            report.wrong(f"must be between {lowest} and {highest}", pointer)

    return check


def one_of(*allowed: str) -> Check:
    """Expect one of a few words."""

    def check(value: object, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.wrong(f"must be one of {', '.join(allowed)}", pointer)

    return check


def anything(value: object, pointer: str, report: Report) -> None:
    """Accept what Slack looks at only later, as long as it is there."""
    if value is None:
        report.wrong("must not be null", pointer)


def array(item: Check, *, fewest: int = 1, most: int = 100) -> Check:
    """Expect a list of alike things."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.wrong("must be an array", pointer)
            return
        if len(value) < fewest:
            report.wrong(f"must have at least {fewest} items", pointer)
        if len(value) > most:
            report.wrong(f"no more than {most} items allowed", pointer)
        for index, one in enumerate(value):
            item(one, f"{pointer}/{index}", report)

    return check


def shape(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    any_of: Sequence[str] = (),
) -> Check:
    """Expect an object with these keys and no others; of *any_of*, exactly one must be there."""
    known = {**required, **(optional or {})}

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.wrong("must be an object", pointer)
            return
        for key in required:
            if key not in value:
                report.wrong(f"missing required field: {key}", pointer)
        if any_of and sum(key in value for key in any_of) != 1:
            report.wrong(f"must have exactly one of {', '.join(any_of)}", pointer)
        for key, one in value.items():
            if key not in known:
                report.wrong(f"must not have unknown field: {key}", f"{pointer}/{key}")
            else:
                known[key](one, f"{pointer}/{key}", report)

    return check


def by_type(known: Mapping[str, Check]) -> Check:
    """Expect an object whose `type` says which of these it is."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.wrong("must be an object", pointer)
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            report.wrong("missing required field: type", pointer)
        elif kind not in known:
            report.wrong(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            known[kind](value, pointer, report)

    return check
