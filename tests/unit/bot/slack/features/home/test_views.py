"""The Home tab, drawn for whoever opens it."""

from bot.slack.features.home import views
from tests.blockkit import validity
from tests.blockkit.inertness import EVIL, acting, strings
from tests.unit.bot.slack.samples import given, line, reached


def test_the_tab_of_a_busy_manager_is_taken_by_slack() -> None:
    desk = views.ManagerDesk(
        drafts=[reached(app_display_name=EVIL) for _ in range(10)],
        recent=[
            reached(app_display_name=EVIL, notes="<!channel> & <@U1> " * 50) for _ in range(10)
        ],
    )
    one = given(line(app_display_name=EVIL, notes="<!channel> & <@U1> " * 50), mandatory=True)
    found = [views.Installable(given=one, url="https://x.example/i/abc") for _ in range(20)]

    home = views.home(found, desk)

    assert validity.view_complaints(home) == []
    assert acting([part for part in home["blocks"] if EVIL in str(part)]) == []
    assert any(text.startswith(EVIL) for text in strings(home["blocks"]))


def test_a_tester_has_no_desk() -> None:
    blocks = str(views.home([], None)["blocks"])

    assert "Waiting to be distributed" not in blocks
    assert "Nothing for you to install yet." in blocks


def test_of_each_app_only_the_newest_release_is_offered() -> None:
    newer, older = given(line(number=8)), given(line(number=7))
    other = given(line(app_id="z" * 32))

    found = views.newest_of_each([newer, older, other], lambda one: one.release.app_id)

    assert found == [newer, other]
