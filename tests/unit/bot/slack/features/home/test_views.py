"""The Home tab, drawn for whoever opens it."""

from typing import Any

from bot.slack.features.home import views
from provisioning.installing.receipts import Tally
from tests.blockkit import validity
from tests.blockkit.inertness import EVIL, acting, strings
from tests.unit.bot.slack import samples
from tests.unit.bot.slack.samples import given, line, reached

PAGE = "https://x.example/me/abc"


def test_the_tab_of_a_busy_manager_is_taken_by_slack() -> None:
    desk = views.ManagerDesk(
        drafts=[reached(app_display_name=EVIL) for _ in range(10)],
        recent=[
            reached(app_display_name=EVIL, notes="<!channel> & <@U1> " * 50) for _ in range(10)
        ],
    )
    one = given(
        line(app_display_name=EVIL, notes="<!channel> & <@U1> " * 50), demand=samples.demand()
    )
    found = [
        views.Installable(given=one, url="https://x.example/i/abc", verdict=samples.READY)
        for _ in range(views.INSTALLABLE)
    ]

    home = views.home(views.OwnShelf(installable=found, more=3, page=PAGE), desk)

    assert validity.view_complaints(home) == []
    assert acting([part for part in home["blocks"] if EVIL in str(part)]) == []
    assert any(text.startswith(EVIL) for text in strings(home["blocks"]))


def test_a_tester_has_no_desk() -> None:
    blocks = str(views.home(views.OwnShelf(), None)["blocks"])

    assert "Waiting to be distributed" not in blocks
    assert "Nothing for you to install yet." in blocks


def test_a_testers_own_page_is_opened_and_renewed_from_the_tab() -> None:
    home = views.home(views.OwnShelf(page=PAGE), None)

    (row,) = [one for one in home["blocks"] if "page_open" in str(one)]
    opened, renewed = row["elements"]
    assert opened["url"] == PAGE
    assert "leads nowhere" in renewed["confirm"]["text"]["text"]
    assert validity.view_complaints(home) == []


def test_what_was_seen_of_a_release_stands_in_its_line() -> None:
    card = reached(number=9)
    seen = {card.release.release_id: Tally(opened=3, started=2, fetched=1)}

    home = views.home(views.OwnShelf(), views.ManagerDesk(drafts=[], recent=[card], seen=seen))

    assert "3 opened, 1 fetched" in str(home["blocks"])


def test_d4_releases_stand_below_their_app_with_its_icon_and_platform() -> None:
    ios: Any = {"app_id": "a" * 32, "icon_sha256": "1" * 64}
    android: Any = {"app_id": "b" * 32, "platform": "android", "system": "Android"}
    own = views.Installable(
        given=given(line(**ios)), url="https://x.example/i/abc", verdict=samples.READY
    )
    recent = [reached(number=9, **ios), reached(number=4, **android), reached(number=8, **ios)]
    desk = views.ManagerDesk(drafts=[reached(**android)], recent=recent, makes_groups=True)

    home = views.home(
        views.OwnShelf(installable=[own]), desk, lambda sha: f"https://x.example/{sha[:3]}.png"
    )

    assert validity.view_complaints(home) == []
    tools, *shown = home["blocks"]
    assert [one["action_id"] for one in tools["elements"]] == ["show_release", "group_create"]
    above = [block["elements"] for block in shown if block["type"] == "context"][:-1]
    names = [elements[-1]["text"] for elements in above]
    assert names == [
        "*Harbour* · Android",
        "*Harbour* · iOS",
        "*Harbour* · Android",
        "*Harbour* · iOS",
    ]
    icons = [elements[0].get("image_url") for elements in above]
    assert icons == [None, "https://x.example/111.png", None, "https://x.example/111.png"]
    numbers = [block["text"]["text"] for block in shown if "release 9" in str(block)]
    assert len(numbers) == 1
    order = [n for block in shown for n in (9, 8, 4) if f"release {n}" in str(block)]
    assert order == [9, 8, 4]


def test_d4_who_may_not_make_groups_is_offered_none() -> None:
    desk = views.ManagerDesk(drafts=[], recent=[])

    assert "Create a group…" not in str(views.home(views.OwnShelf(), desk))
