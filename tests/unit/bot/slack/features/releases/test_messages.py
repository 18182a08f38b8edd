"""Releases in lists and in full."""

from datetime import timedelta

import pytest

from bot.slack.drawing import releases
from bot.slack.features.releases import messages
from provisioning.installing.receipts import Tally
from provisioning.people import testers as people
from provisioning.releases.cards import Unreached
from provisioning.releases.lifecycle import Standing
from storage.inspection.facts import Signing
from storage.records import tester
from storage.records.distribution import RecipientState
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack.reading import words
from tests.unit.bot.slack.samples import NOW, build, live, reached, release


def test_a_release_has_one_line_with_state_and_reach() -> None:
    shown = releases.line(reached(reach=1, people=1))

    assert shown.startswith(
        "*Harbour* 2.4.0 (240) · iOS · release 7 · :rocket: Live · 1 of 1 person"
    )


def test_hundreds_of_releases_with_evil_names_are_listed_within_the_limits() -> None:
    cards = [reached(app_display_name=EVIL, number=number) for number in range(500)]

    shown = words(messages.listed(EVIL, cards, "None."))

    assert EVIL in shown


def test_a_list_of_nothing_says_what_to_do() -> None:
    assert "Post one." in words(messages.listed("Newest releases", [], "Post one."))


def test_who_could_not_be_told_is_named_with_the_reason() -> None:
    many = tuple(Unreached(name=EVIL, reason=f"the account {n} is gone") for n in range(40))
    counts = {RecipientState.UNREACHABLE: 40}
    shown = words(messages.full(live(unreached=many, counts=counts), with_reach=True))

    assert "Could not be told" in shown
    assert "… and 25 more" in shown
    assert EVIL in shown


def test_a_tester_reads_the_facts_and_not_who_else_has_it() -> None:
    card = live(unreached=(Unreached(name="Bob", reason="gone"),))
    shown = words(messages.full(card, with_reach=False))

    assert "iOS 15.0 or later" in shown
    assert "Distributed" not in shown
    assert "Bob" not in shown


def test_an_expired_profile_is_a_warning() -> None:
    old = build(signing=Signing(signed=True, kind="adhoc", expires_at=NOW - timedelta(days=4000)))

    assert "*Its provisioning profile expired on " in words(
        messages.full(release(build=old), with_reach=True)
    )


def test_every_state_has_a_sentence_and_fits() -> None:
    for standing in Standing:
        assert "Release 7 · :" in words(messages.full(release(standing=standing), with_reach=True))


def test_a_build_without_a_version_is_called_so() -> None:
    bare = release(build=build(version=None, build=None, min_os=None))
    shown = words(messages.full(bare, with_reach=True))

    assert "None" not in shown
    assert "without a version" in shown


def test_of_thousands_of_testers_the_first_are_listed_and_all_are_counted() -> None:
    first = tuple(
        people.TesterSheet(tester=tester.Tester(organization_id="o", name=EVIL), groups=(EVIL,))
        for _ in range(400)
    )

    shown = words(messages.testers(people.TesterList(first=first, count=5000)))

    listed = shown.count(EVIL) // 2
    assert f"… and {5000 - listed} more." in shown


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ((0, 0, 0), "Nobody opened an install page yet."),
        ((1, 1, 1), "1 person opened the install page, 1 has all of it."),
        ((3, 2, 0), "3 people opened the install page, 2 began to fetch it, 0 have all of it."),
    ],
)
def test_d4_a_manager_reads_what_the_phones_did(counted: tuple[int, int, int], said: str) -> None:
    opened, started, fetched = counted
    tally = Tally(opened=opened, started=started, fetched=fetched)

    assert said in words(messages.full(live(), with_reach=True, tally=tally))
    assert said not in words(messages.full(live(), with_reach=False, tally=tally))


def test_c20_a_tester_in_two_hundred_groups_is_listed_and_so_is_the_next() -> None:
    groups = tuple(f"A group with quite a long name, number {number}" for number in range(200))
    first = (
        people.TesterSheet(tester=tester.Tester(organization_id="o", name="Ann"), groups=groups),
        people.TesterSheet(tester=tester.Tester(organization_id="o", name="Bob"), groups=()),
    )

    shown = words(messages.testers(people.TesterList(first=first, count=2)))

    assert "Ann · A group with quite a long name, number 0, A group" in shown
    assert " … and 19" in shown
    assert "Bob · no group" in shown
