"""Names what may be typed about rules and limits."""

from bot.house import House
from bot.slack.features.devices.rules.deeds import RuleActs
from bot.slack.kit.verbs import Answer
from bot.slack.line.membership import Membership


def ways(house: House, membership: Membership) -> dict[str, Answer]:
    """Return what answers behind `devices`, by the word that follows it."""
    acts = RuleActs(house, membership)
    return {"rules": acts.rules, "limits": acts.limits}
