"""Only the kit writes mrkdwn by hand: whoever draws a name asks it, and gets an inert one."""

import re
from pathlib import Path

import pytest

SLACK = Path(__file__).parents[2] / "bot" / "slack"
KIT = SLACK / "kit"
#: Escaping alone leaves `* _ ~` and the backtick; a text object by hand is no plain one in time.
BY_HAND = re.compile(r'mrkdwn\.escape\(|"mrkdwn"|\bwithout_stand_ins\(')


@pytest.mark.parametrize(
    "path",
    sorted(path for path in SLACK.rglob("*.py") if KIT not in path.parents),
    ids=lambda path: str(path.relative_to(SLACK)),
)
def test_c12_nobody_but_the_kit_makes_mrkdwn_by_hand(path: Path) -> None:
    assert BY_HAND.findall(path.read_text()) == []
