"""Requests to join, each by a link of its own, with everything that goes wrong meanwhile."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from bot.sandbox.shapes import JsonObject
from provisioning.people.join_form import JoinWords
from provisioning.people.join_links import LinkOrder
from tests.integration.faults.cases import Case
from tests.integration.faults.walking import AT_ONCE, PATIENCE, at_rest, spoil, tag_of, unmet
from tests.integration.slack.house import House


async def asked(house: House, cases: Sequence[Case]) -> dict[str, str]:
    """Let somebody ask, and be approved, in every case; return what went wrong, by case."""
    room = asyncio.Semaphore(AT_ONCE)
    met: defaultdict[int, Counter[str]] = defaultdict(Counter)

    async def one(case: Case) -> str:
        async with room:
            return await _ask(house, case, met[case.number])

    ended = await asyncio.gather(*map(one, cases))
    await at_rest(house)
    said = {
        case.name: why or _wrong(house, case) or unmet(case, met[case.number])
        for case, why in zip(cases, ended, strict=True)
    }
    return {name: why for name, why in said.items() if why}


async def _ask(house: House, case: Case, met: Counter[str]) -> str:
    """Ask by a link to a group, and approve what is asked; return what is not as it should be."""
    people, tag = house.running.house.people, tag_of(case)
    group = await house.group(tag)
    link = await people.links.make(LinkOrder(key=tag, group_id=group.id, by=house.manager))
    spoil(house.slack, case, _about(tag), met)
    words = JoinWords(name=f"Zoe {tag}", email=f"{tag}@example.com")
    await people.joining.ask(link.token, words)
    try:
        async with asyncio.timeout(PATIENCE):
            await _says(house, tag, "would like to join")
            (waiting,) = [
                one
                for one in await people.joining.waiting(house.manager)
                if one.name == f"Zoe {tag}"
            ]
            await people.joining.approve(waiting.request_id, house.manager)
            await _says(house, tag, "joined")
    except (TimeoutError, AssertionError, ValueError) as late:
        return f"{type(late).__name__}; {_cards(house, tag)}"
    return ""


def _about(tag: str) -> Callable[[JsonObject], bool]:
    """Return whether a call says something of a case: everything is said to the same person."""
    return lambda given: f"Zoe {tag}*" in str(given.get("text", ""))


async def _says(house: House, tag: str, words: str) -> None:
    await house.workspace.eventually(
        lambda: any(words in said for said in _cards(house, tag)), timeout=PATIENCE
    )


def _cards(house: House, tag: str) -> list[str]:
    """Return what Ann reads of a case, as it stands now."""
    said = [m.said() for m in house.workspace.dms("Ann") if m.is_bot]
    return [one for one in said if f"Zoe {tag}*" in one]


def _wrong(house: House, case: Case) -> str:
    """Return what is said too often or not at all, once everything has ended."""
    cards = _cards(house, tag_of(case))
    return "" if len(cards) == 1 and "joined" in cards[0] else str(cards)
