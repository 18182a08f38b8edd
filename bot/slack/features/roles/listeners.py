"""Names the verb of roles, and listens for the form that asks about everybody else."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.house import House
from bot.slack.features.roles.deeds import RoleActs
from bot.slack.kit import names
from bot.slack.kit.payloads import submission_of
from bot.slack.kit.verbs import Verb
from bot.slack.line.submitting import answer, carried_out
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(app: AsyncApp, house: House, workspace: Workspace) -> Sequence[Verb]:
    """Let *app* listen, and return the verb of roles."""
    acts = RoleActs(house.people.roles, house.people.permissions)

    @app.view(names.ROLE_GIVE_FORM)
    async def on_give_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        given = carried_out(acts.sent(submission_of(body)), {}, names.ROLE_OTHERS)
        await answer(ack, workspace.doorman, body, given)

    return verbs(acts)


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
                "roles give uploader @ci everybody",
                "roles take manager @ann",
            ),
            act=Act.SEE_ROLES,
            answer=acts.answer,
        ),
    )
