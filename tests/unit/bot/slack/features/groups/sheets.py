"""Groups as the house would show them."""

from provisioning.people.groups import GroupSheet
from storage.catalog.testers import TesterRow
from tests.blockkit.inertness import EVIL


def member(number: int, *, in_slack: bool) -> TesterRow:
    slack_id = f"U{number:09}" if in_slack else None
    name = f"{EVIL} {number}"
    return TesterRow(id=f"{number:032}", slack_id=slack_id, email=None, name=name, active=True)


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
