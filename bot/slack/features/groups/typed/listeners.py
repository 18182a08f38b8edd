"""Names the verb of groups."""

from bot.slack.features.groups.typed.deeds import GroupActs
from bot.slack.kit.verbs import Verb
from provisioning.actors import Act


def verbs(acts: GroupActs) -> tuple[Verb, ...]:
    """Return the verb of groups."""
    return (
        Verb(
            name="groups",
            usage="groups [list | create | show | rename | delete | add | remove | connect | "
            "disconnect | joiners | approval] …",
            summary="Who gets releases, and which channels hear of them.",
            examples=(
                "groups",
                "groups create QA @ann @bob @qa-team #qa",
                "groups show QA",
                "groups add QA @cid",
                "groups remove QA @cid",
                "groups remove QA zoe@example.com",
                "groups connect QA #qa",
                "groups disconnect QA #qa",
                "groups approval QA by managers 2 within 3d",
                "groups approval QA off",
                "groups rename QA to Quality",
                "groups delete QA",
            ),
            act=Act.SEE_GROUPS,
            answer=acts.answer,
        ),
    )
