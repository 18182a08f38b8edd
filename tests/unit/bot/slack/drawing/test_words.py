"""The words for what a build is."""

import pytest

from bot.slack.drawing import words
from tests.shelf import facts_of


@pytest.mark.parametrize(
    ("families", "system"),
    [
        (("iphone", "ipad"), "iOS"),
        (("ipad", "vision"), "iOS"),
        (("vision",), "visionOS"),
        (("tv",), "tvOS"),
        (("watch",), "watchOS"),
        ((), "iOS"),
    ],
)
def test_e3_a_card_names_the_system_that_runs_the_app(
    families: tuple[str, ...], system: str
) -> None:
    facts = facts_of(device_families=families)

    assert words.platform(facts) == system
    assert words.system(facts) == f"{system} {facts.min_os} or later"


def test_a_television_app_of_android_stays_one_of_android() -> None:
    assert words.platform(facts_of("android", device_families=("tv",))) == "Android"
