"""Names the verb of roles."""

from collections.abc import Sequence

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.roles.deeds import RoleActs
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(_app: AsyncApp, house: House, _workspace: Workspace) -> Sequence[Verb]:
    """Return the verb of roles; there is no button or form of theirs."""
    return verbs(RoleActs(house.people.roles, house.people.permissions))


def verbs(acts: RoleActs) -> tuple[Verb, ...]:
    """Return the verb of roles."""
    return (
        Verb(
            name="roles",
            usage="roles [list | give ROLE @who | take ROLE @who]",
            summary="Who may do what. A role is given to people or to Slack user groups.",
            examples=(
                "roles",
                "roles give manager @ann",
                "roles give uploader @ios-team",
                "roles take manager @ann",
            ),
            act=Act.SEE_ROLES,
            answer=acts.answer,
        ),
    )
