"""Notes that are too long for Slack's form are edited on a page, by whoever was invited, once."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.slack.kit import names
from provisioning.actors import person, slack
from provisioning.errors import NotAllowed
from provisioning.releases import editing
from provisioning.releases.notes import LONGEST
from storage.records.release import ReleaseState
from tests.integration.slack.house import House

LONG = "# News\n\n" + "".join(f"- thing number {i} works again\n" for i in range(1_500))


async def _link(house: House) -> str:
    """Return the path that Ann is led to from the form of the newest draft."""
    draft = await house.card_saying("*Draft*")
    await house.ann.click(draft, names.DISTRIBUTE)
    form = await house.view_of("Ann", "Distribute")
    await house.ann.click(form, names.EDIT_NOTES)
    shown = await house.view_of("Ann", "Edit the notes")
    found = re.search(r"/n/[A-Za-z0-9_.-]+", str(shown.blocks))
    assert found is not None
    return found[0]


async def _ask(house: House, path: str, **form: str) -> tuple[int, str]:
    """Open the page, or send its form, and return the status and what it says."""
    sent: dict[str, Any] = {"data": form} if form else {}
    async with (
        ClientSession() as client,
        client.request(
            "POST" if form else "GET", f"http://127.0.0.1:{house.port}{path}", **sent
        ) as answer,
    ):
        return answer.status, await answer.text()


async def _notes(house: House) -> str:
    [line] = await house.running.house.releases.lists.newest([ReleaseState.DRAFT])
    return line.notes


async def test_c1_long_notes_are_edited_on_a_page_and_shown_on_the_card(either: House) -> None:
    await either.with_app()
    path = await _link(either)

    opened, page = await _ask(either, path)
    looked, preview = await _ask(either, path, notes=LONG, act="look")
    saved, done = await _ask(either, path, notes=LONG.replace("\n", "\r\n"), act="keep")

    assert (opened, looked, saved) == (200, 200, 200)
    assert "Harbour 2.4.0 (241) for iOS" in page
    assert "First **build**</textarea>" in page
    assert preview.count("<li>") == 1_500
    assert "Saved" in done
    assert await _notes(either) == LONG.strip()
    card = await either.card_saying("more lines: `/release show harbour 1`")
    assert "*News*\n• thing number 0 works again" in card.said()


async def test_c1_the_link_to_the_page_works_once_and_nothing_typed_is_lost(house: House) -> None:
    await house.with_app()
    path = await _link(house)
    await _ask(house, path, notes="first", act="keep")

    opened, page = await _ask(house, path)
    again, kept = await _ask(house, path, notes="<second> & last", act="keep")

    assert (opened, again) == (409, 409)
    assert "works no more" in page
    assert "Press “Edit on a page” in Slack" in kept
    assert html.escape("<second> & last") in kept
    assert await _notes(house) == "first"


async def test_c1_notes_over_64_kb_are_refused_and_stay_on_the_page(house: House) -> None:
    await house.with_app()
    path = await _link(house)

    status, page = await _ask(house, path, notes="船" * (LONGEST // 3) + "xx", act="keep")
    kept, _ = await _ask(house, path, notes="船" * (LONGEST // 3) + "x", act="keep")

    assert status == 422
    assert "1 bytes longer than the 64 kB" in page
    assert "船xx</textarea>" in page
    assert kept == 200
    assert len((await _notes(house)).encode()) == LONGEST


async def test_a_link_to_the_page_that_is_too_old_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.with_app()
    monkeypatch.setattr(editing, "LIFETIME", timedelta(seconds=-1))

    status, page = await _ask(house, await _link(house), notes="late", act="keep")

    assert status == 409
    assert "late</textarea>" in page
    assert await _notes(house) == "First **build**"


async def test_nobody_else_opens_the_page(house: House) -> None:
    await house.with_app()
    path = await _link(house)
    [line] = await house.running.house.releases.lists.newest([ReleaseState.DRAFT])
    said, _, seal = path.rpartition(".")
    forged = [f"{said}.{seal[::-1]}", f"{said[:-4]}AAAA.{seal}", f"/n/{'A' * 90}.{'A' * 43}"]

    answers = [await _ask(house, one) for one in [*forged, "/n/x"]]

    assert {status for status, _ in answers} == {404}
    assert len({page for _, page in answers}) == 1
    bob = person(slack(house.bob.id), origin="test")
    with pytest.raises(NotAllowed):
        await house.running.house.releases.editing.invite(line.release_id, bob)


async def test_whoever_lost_the_role_saves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.with_app()
    path = await _link(house)
    monkeypatch.setattr(house.running.house.people.permissions, "_admins", frozenset())

    status, page = await _ask(house, path, notes="mine", act="keep")

    assert status == 403
    assert "You may not change the notes and tags of releases here" in page
    assert await _notes(house) == "First **build**"


async def test_notes_on_the_page_run_nothing(house: House) -> None:
    evil = "</textarea><script>alert(1)</script>[x](javascript:alert(1))"
    await house.with_app()

    _, page = await _ask(house, await _link(house), notes=evil, act="look")

    assert "<script>alert" not in page
    assert "javascript:" not in page.partition('class="prose"')[2].replace(
        "[x](javascript:alert(1))", ""
    )
