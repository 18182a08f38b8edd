"""Words in sentences: moments with their zone, found again by a better one, and builds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.slack.kit import mrkdwn
from provisioning.wording import MOMENT, builds_of, moment, moment_in

SIX = datetime(2026, 3, 9, 6, 5, tzinfo=UTC)


def test_c15_a_moment_is_said_with_its_zone() -> None:
    assert moment(SIX) == "9 March 2026, 06:05 UTC"
    assert moment(SIX.astimezone(timezone(timedelta(hours=9)))) == "9 March 2026, 06:05 UTC"


@pytest.mark.parametrize("day", [1, 10, 28])
@pytest.mark.parametrize("month", range(1, 13))
def test_c15_a_moment_in_a_sentence_is_found_again(month: int, day: int) -> None:
    when = SIX.replace(month=month, day=day)
    (found,) = MOMENT.findall(f"Ann distributed it on {moment(when)}. Open it again.")

    assert moment_in(found) == when


def test_c15_in_slack_each_reader_sees_it_in_their_own_zone() -> None:
    shown = mrkdwn.sentence(f"Ann already distributed it on {moment(SIX)}.")

    assert shown == f"Ann already distributed it on {mrkdwn.moment(SIX)}."
    assert shown.count("<!date^") == 1


def test_c15_what_only_looks_like_a_moment_stays_as_it_is() -> None:
    assert mrkdwn.sentence("On 45 Smarch 2026, 06:05 UTC.") == "On 45 Smarch 2026, 06:05 UTC."


def test_builds_are_named_by_their_platforms() -> None:
    assert builds_of(["Android"], "2.5.0") == "the Android build of 2.5.0"
    assert builds_of(["iOS", "macOS"], "2.5.0") == "the iOS and macOS builds of 2.5.0"
    three = builds_of(["iOS", "macOS", "Windows"], "1")
    assert three == "the iOS, macOS and Windows builds of 1"
