"""People who leave one after the other, while those who manage cannot be told."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence

from bot.sandbox.shapes import JsonObject
from tests.integration.faults.cases import Case
from tests.integration.faults.walking import PATIENCE, at_rest, spoil, tag_of, unmet
from tests.integration.slack.house import House


async def left(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Let somebody leave in every case; return what went wrong, by case."""
    met: defaultdict[int, Counter[str]] = defaultdict(Counter)
    wrong = {case.name: await _leave(house, case, met[case.number]) for case in cases}
    await at_rest(house)
    for case in cases:
        said = _said(house, f"Bob {tag_of(case)}")
        if len(said) != 1:
            wrong[case.name] += f" It was said {len(said)} times."
        wrong[case.name] += unmet(case, met[case.number])
    return {name: why for name, why in wrong.items() if why}


async def _leave(house: House, case: Case, met: Counter[str]) -> str:
    name = f"Bob {tag_of(case)}"
    person = house.workspace.add_person(name)
    group = await house.group(tag_of(case), name)

    def concerns(given: JsonObject) -> bool:
        """Return whether it is about them: all are told to the same person."""
        return f"*{name}*" in str(given) or given.get("users") == house.ann.id

    spoil(house.slack, case, concerns, met)
    house.workspace.change_person(name, deleted=True)
    try:
        async with asyncio.timeout(PATIENCE):
            await house.workspace.eventually(lambda: _said(house, name), timeout=PATIENCE)
    except (TimeoutError, AssertionError) as late:
        return f"{type(late).__name__}: nobody was told that {person.id} left."
    sheet = await house.running.house.people.groups.sheet(group.id)
    return "They are still in the group." if sheet.people else ""


def _said(house: House, name: str) -> list[str]:
    said = [m.said() for m in house.workspace.dms("Ann") if m.is_bot]
    return [one for one in said if f"*{name}*" in one and "deactivated" in one]
