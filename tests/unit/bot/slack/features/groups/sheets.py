"""Groups as the house would show them."""

from provisioning.people.groups import GroupSheet
from storage.records.tester import Tester
from tests.unit.bot.slack.samples import EVIL


def member(number: int, *, in_slack: bool) -> Tester:
    slack_id = f"U{number:09}" if in_slack else None
    return Tester(organization_id="o", slack_id=slack_id, name=f"{EVIL} {number}")


def sheet(**changes: object) -> GroupSheet:
    fixed: dict[str, object] = {
        "id": "g" * 32,
        "name": "QA",
        "slug": "qa",
        "people": (),
        "usergroups": (),
        "channels": (),
        "reach": 0,
    }
    return GroupSheet(**{**fixed, **changes})  # type: ignore[arg-type]
