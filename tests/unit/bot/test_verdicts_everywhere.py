"""Whether somebody can install a build: each verdict in each place, alone and counted."""

from collections.abc import Callable

import pytest

from bot.slack.features.distribution import messages as distribution
from bot.slack.features.distribution import views
from bot.slack.features.distribution.typed.deeds import goes
from bot.slack.features.distribution.views import Filled, Wish
from bot.slack.features.releases import messages as looking
from bot.slack.features.uploads import messages as uploads
from bot.slack.kit.blocks import Message
from provisioning.distributing.order import Plan
from provisioning.installing.readiness import Readiness
from provisioning.installing.verdict import InstallVerdict, VerdictCode, verdict
from storage.inspection.facts import Facts
from tests.unit.bot.slack import samples
from tests.unit.bot.slack.reading import labels, words
from tests.unit.bot.test_reasons_everywhere import IPHONE, Case, home_of, page_of
from tests.unit.provisioning.installing import test_verdict as verdicts

#: Of these the reasons speak, in the same words everywhere.
OF_THE_BUILD = {VerdictCode.EXPIRED, VerdictCode.NOBODY}
#: A browser tells these of the very phone, and the page says so in words about that.
OF_THE_PHONE = {VerdictCode.OLD_SYSTEM, VerdictCode.WRONG_FAMILY}
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"
CANNOT = "It cannot be installed now"


def in_dm(said: InstallVerdict, facts: Facts) -> str:
    card = samples.recipient(samples.live(build=samples.build(**dict(facts))))
    message = distribution.personal(card, "https://x.example/i/1", None, said)
    assert labels(message)[0] == ("Install" if said.can else "Open")
    assert ("ready for you" in words(message)) == said.can
    return words(message)


def at_home(said: InstallVerdict, _facts: Facts) -> str:
    return home_of(said)


def on_iphone(said: InstallVerdict, facts: Facts) -> str:
    shown = page_of(Case(facts), said, IPHONE)
    if facts.platform == "ios" and said.code not in OF_THE_PHONE:
        assert (">Install<" in shown, "Try it anyway" in shown) == (said.can, not said.can)
    return shown


def on_desktop(said: InstallVerdict, facts: Facts) -> str:
    return page_of(Case(facts), said, DESKTOP)


PLACES: dict[str, Callable[[InstallVerdict, Facts], str]] = {
    "DM": in_dm,
    "App Home": at_home,
    "page on an iPhone": on_iphone,
    "page on a desktop": on_desktop,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", verdicts.CASES)
def test_each_verdict_is_said_once_with_what_happens_next(name: str, place: str) -> None:
    case = verdicts.CASES[name]
    said, facts = verdict(case.build, case.owned), case.build.served(case.owned).facts
    if said.code in OF_THE_BUILD or (place == "page on an iPhone" and said.code in OF_THE_PHONE):
        return
    shown = PLACES[place](said, facts)

    assert (shown.count(said.sentence), shown.count(said.next) if said.next else 1) == (
        (0, 0 if said.next else 1) if said.can and not _is_said(said, place) else (1, 1)
    )
    assert (CANNOT in shown) == (not said.can and place.startswith("page"))


def _is_said(said: InstallVerdict, place: str) -> bool:
    """Return whether a place says it although they can: of a phone that is known to take it."""
    return said.code is VerdictCode.READY and place == "page on an iPhone"


@pytest.mark.parametrize("name", ["a device of the profile", "checked by Apple"])
@pytest.mark.parametrize("agent", [IPHONE, DESKTOP], ids=["iPhone", "desktop"])
def test_of_a_device_that_is_known_no_vague_hint_is_given(name: str, agent: str) -> None:
    case = verdicts.CASES[name]
    known = page_of(Case(case.build.own.facts), verdict(case.build, case.owned), agent)
    unknown = verdicts.CASES["nobody's device, and a build that is not signed here"]
    shown = page_of(Case(unknown.build.own.facts), verdict(unknown.build, []), agent)

    assert ("registered for it" in known, "registered for it" in shown) == (False, True)


COUNTED = Readiness(
    counts={VerdictCode.READY: 18, VerdictCode.PREPARING: 3, VerdictCode.OLD_SYSTEM: 2},
    is_ad_hoc=True,
    needed="iOS 16",
)


def in_announcement(counted: Readiness) -> str:
    return words(distribution.announcement(samples.live(), None, counted))


def on_card(counted: Readiness) -> str:
    card = samples.live()
    return words(uploads.release(samples.kept(card), card, None, counted))


def in_sheet(counted: Readiness) -> str:
    return words(looking.full(samples.live(), with_reach=True, readiness=counted))


def in_confirmation(counted: Readiness) -> str:
    plan = Plan(people=23, groups=("QA",), readiness=counted)
    form = views.confirmation(samples.release(), Filled(wish=Wish()), plan)
    return words(Message(text="form", blocks=form.blocks))


def in_answer(counted: Readiness) -> str:
    plan = Plan(people=23, groups=("QA",), readiness=counted)
    return words(goes(samples.release(), Wish(), plan))


COUNTING: dict[str, Callable[[Readiness], str]] = {
    "announcement": in_announcement,
    "card": on_card,
    "/release show": in_sheet,
    "confirmation": in_confirmation,
    "answer to a command": in_answer,
}


@pytest.mark.parametrize("place", COUNTING)
def test_the_count_is_said_once_in_the_same_words(place: str) -> None:
    shown = COUNTING[place](COUNTED)

    assert shown.count("18 of 23 can install now; 3 are being prepared; 2 need iOS 16.") == 1


@pytest.mark.parametrize("place", COUNTING)
def test_of_a_build_for_everybody_nothing_is_counted(place: str) -> None:
    shown = COUNTING[place](Readiness(counts={VerdictCode.UNKNOWN: 23}))

    assert "can install now" not in shown
