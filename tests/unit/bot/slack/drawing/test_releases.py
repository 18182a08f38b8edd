"""How a release stands: one word for it, whichever door says so."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.slack.drawing import releases, words
from bot.slack.features.distribution import messages as distribution
from bot.slack.features.recall import messages as recall
from bot.slack.features.releases import messages as looking
from bot.slack.features.uploads import messages as uploads
from bot.slack.kit.blocks import Message
from provisioning.errors import NotNow
from provisioning.releases import lifecycle
from provisioning.releases.lifecycle import SENTENCES, Standing
from storage.records.release import Release, ReleaseState
from tests.unit.bot.slack import reading, samples

#: What some of these were called at one door or another.
OTHER_WORDS = ("replaced", "put aside", "taken back", "revoked", "outdated", "retired")

SENT = {Standing.LIVE, Standing.SUPERSEDED}
ENDED = {Standing.DISMISSED, Standing.RECALLED}


def card(standing: Standing) -> Any:  # noqa: ANN401 - the card of a release
    make = samples.release if standing in {Standing.DRAFT, Standing.DISMISSED} else samples.live
    successor = "2.5.0 (250)" if standing is Standing.SUPERSEDED else None
    return make(standing=standing, successor=successor, ended_by="person:slack:UANN0000")


def said(message: Message) -> str:
    return f"{message.text}\n{reading.words(message)}"


#: Every door at which it is said how a release stands, and of which ones.
DOORS: Mapping[str, tuple[set[Standing], Callable[[Standing], str]]] = {
    "the card": (
        set(Standing),
        lambda one: said(uploads.release(samples.kept(card(one)), card(one), None)),
    ),
    "a list": (set(Standing), lambda one: releases.line(samples.reached(standing=one))),
    "an option": (
        set(Standing),
        lambda one: str(releases.option(samples.line(standing=one))["description"]["text"]),
    ),
    "show": (set(Standing), lambda one: said(looking.full(card(one), with_reach=True))),
    "the announcement": (
        {*SENT, Standing.RECALLED, Standing.WITHDRAWN},
        lambda one: said(distribution.announcement(card(one), None)),
    ),
    "the message of a tester": (
        {Standing.RECALLED},
        lambda _: said(recall.withdrawn(samples.withdrawn())),
    ),
    "Get my link": (ENDED, lambda one: said(distribution.own_link(card(one), None))),
    "Distribute": (ENDED, lambda one: releases.ended(7, one)),
    "distribute": (ENDED, lambda one: releases.ended(7, one, "Harbour")),
    "a sentence": (set(Standing), SENTENCES.__getitem__),
}


@pytest.mark.parametrize("door", sorted(DOORS))
def test_c20_each_door_has_the_same_word_for_how_a_release_stands(door: str) -> None:
    which, say = DOORS[door]
    for standing in sorted(which):
        shown = say(standing).lower()
        _, word = words.RELEASE[standing]

        assert word.lower() == standing.value
        assert standing.value in shown, standing
        assert not [other for other in OTHER_WORDS if other in shown], standing


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (ReleaseState.DRAFT, "a draft"),
        (ReleaseState.AWAITING_APPROVAL, "awaiting approval"),
        (ReleaseState.DISMISSED, "dismissed"),
        (ReleaseState.RECALLED, "recalled"),
    ],
)
def test_c20_a_move_that_was_made_already_is_said_in_the_word_of_the_card(
    state: ReleaseState, word: str
) -> None:
    made = Release(
        organization_id="o",
        key="k",
        app_id="a",
        number=3,
        build_id="b",
        created_by="clock",
        state=state,
    )

    with pytest.raises(NotNow, match=f"^Release 3 is {word} already.$"):
        lifecycle.check(made, state)


def test_c20_of_a_long_name_as_an_option_the_version_stays() -> None:
    shown = releases.option(samples.line(app_display_name="Harbour " * 40))

    assert len(shown["text"]["text"]) <= 75
    assert shown["text"]["text"].endswith("… 2.4.0 (240)")
