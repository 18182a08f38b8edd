"""
The rules of a seal: patterns that say which files of a bundle are sealed.

The patterns come with strangers' files, so they are matched by RE2: its time grows with the
length of a path and no faster. Counted repetitions, which would make small patterns large, are
refused; Apple's tools write none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import re2

from provisioning.codesign.errors import Malformed

MOST_RULES: Final = 256
#: Of all patterns of a list together, in characters; Xcode's take about 200.
MOST_PATTERN_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: which paths it is for, how heavy it is, and what it does with them."""

    pattern: str
    weight: float
    omit: bool
    optional: bool


class Rules(Sequence[Rule]):
    """A list of rules, ready to be matched. Making one raises Malformed."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._patterns = _compiled([rule.pattern for rule in rules]) if rules else None

    def matching(self, path: str) -> Iterator[Rule]:
        """Yield the rules for a path, in their order."""
        if self._patterns is None:
            return
        # A name that cannot be encoded stands in no property list, so nothing depends on it.
        found = self._patterns.Match(path.encode(errors="replace"))
        yield from (self._rules[number] for number in sorted(found or ()))

    def __len__(self) -> int:
        return len(self._rules)

    def __getitem__(self, number: Any) -> Any:  # noqa: ANN401  a rule, or several for a slice
        return self._rules[number]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self._rules == other._rules

    def __hash__(self) -> int:
        return hash(self._rules)


def read_rules(listed: object) -> Rules:
    """Read the dictionary of patterns and settings of a CodeResources. Raise Malformed."""
    if listed is None:
        return Rules(())
    if not isinstance(listed, dict) or len(listed) > MOST_RULES:
        raise Malformed("CodeResources holds rules that are none.")
    return Rules([_rule(pattern, value) for pattern, value in listed.items()])


def _rule(pattern: str, value: object) -> Rule:
    settings = value if isinstance(value, dict) else {}
    return Rule(
        pattern=pattern,
        weight=_weight(settings.get("weight", 1)),
        omit=settings.get("omit") is True or value is False,
        optional=settings.get("optional") is True,
    )


def _weight(value: object) -> float:
    try:
        return float(value) if isinstance(value, int | float) else 1.0
    except OverflowError:
        raise Malformed("CodeResources holds a rule of an impossible weight.") from None


def _compiled(patterns: Sequence[str]) -> Any:  # noqa: ANN401  re2 has no types
    if sum(map(len, patterns)) > MOST_PATTERN_TEXT:
        raise Malformed("CodeResources holds rules that are too long.")
    options = re2.Options()
    options.log_errors = False
    compiled = re2.Set.SearchSet(options)
    try:
        for pattern in patterns:
            if "{" in pattern:
                raise Malformed("CodeResources holds a rule that counts repetitions.")
            compiled.Add(pattern.encode(errors="replace"))
        compiled.Compile()
    except re2.error as error:
        raise Malformed("CodeResources holds a rule that is no pattern.") from error
    return compiled
