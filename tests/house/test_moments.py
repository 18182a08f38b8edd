"""Times of day are written in one way only, which says its zone and is found again."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Where a moment is made; the sheet of a package is for the machine that it is printed on.
OWN = {"provisioning/wording.py", "bot/slack/kit/mrkdwn.py", "storage/inspection/sheet.py"}


def test_c15_nobody_writes_a_time_of_day_by_hand() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "provisioning", "storage")
        for path in sorted((ROOT / package).rglob("*.py"))
        if re.search(r"%H:%M|%X|%I:%M", path.read_text())
    ]

    assert set(found) <= OWN
