"""Admission: whether whoever posted a build may bring it in, and what they are told if not."""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.actors import Act, Actor, ActorKind
from provisioning.people.people import People
from provisioning.people.permissions import Permissions

#: How the reasons begin, so that a door can add how the role is given.
NOT_AN_UPLOADER = "Whoever posted it does not hold the uploader role."
NO_UPLOADING_APP = (
    "It was posted by an app that does not hold the uploader role. (This is said once a day in a "
    "channel.)"
)
#: So many admins are named.
NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    Whether builds are taken in from an actor.

    `reason` is a sentence, empty where there is nobody to tell it to; a *rare* one is said once a
    day in a place, because whoever it is for posts all the time.
    """

    is_allowed: bool
    reason: str = ""
    is_rare: bool = False


class Admission:
    """Decides who brings builds in."""

    def __init__(self, permissions: Permissions, people: People) -> None:
        self._permissions = permissions
        self._people = people

    async def require(self, by: Actor) -> None:
        """Raise NotAllowed for a token or a hook that was not made for this; people are let by."""
        if by.kind is not ActorKind.PERSON:
            await self._permissions.require(by, Act.UPLOAD)

    async def of(self, by: Actor) -> Verdict:
        """Return the verdict on a person. Raise DirectoryFailed."""
        if by.kind is not ActorKind.PERSON:
            return Verdict(is_allowed=True)  # Asked when it came: records keep no scopes.
        if await self._permissions.may(by, Act.UPLOAD):
            return Verdict(is_allowed=True)
        if not await self._permissions.roles_of(by):
            return Verdict(is_allowed=False)  # Deactivated, or nobody that Slack knows.
        is_app = await self._people.is_bot(by)
        reason = NO_UPLOADING_APP if is_app else NOT_AN_UPLOADER
        givers = await self._givers()
        return Verdict(is_allowed=False, reason=f"{reason} {givers}", is_rare=is_app)

    async def _givers(self) -> str:
        """Return a sentence about who can give the role."""
        admins = await self._permissions.admins()
        if not admins:
            return "An admin can give it, and the setting SLIPWAY_ADMINS names none yet."
        references = [f"{ActorKind.PERSON.value}:{admin}" for admin in admins[:NAMED]]
        known = await self._people.names(references)
        return f"{_either([known[one] for one in references])} can give it."


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
