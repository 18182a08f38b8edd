"""Moments in sentences: with their zone, and found again by whoever knows a better one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.slack.kit import mrkdwn
from provisioning.wording import MOMENT, moment, moment_in

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
