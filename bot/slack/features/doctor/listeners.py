"""Names the verb of the doctor."""

from collections.abc import Sequence

from slack_bolt.async_app import AsyncApp

from bot.house import House
from bot.slack.features.doctor.deeds import Examinations
from bot.slack.kit.verbs import Verb
from bot.slack.workspace import Workspace
from provisioning.actors import Act


def register(_app: AsyncApp, house: House, _workspace: Workspace) -> Sequence[Verb]:
    """Return the verb of the doctor; there is no button or form of it."""
    return (verb(Examinations(house.examine, house.people.permissions)),)


def verb(examinations: Examinations) -> Verb:
    """Return the verb of the doctor."""
    return Verb(
        name="doctor",
        usage="doctor",
        summary="Looks at this installation: what is wrong with it, and what to do.",
        examples=("doctor",),
        act=Act.EXAMINE,
        answer=examinations.answer,
    )
