"""People: what they are called, and what kind of account theirs is."""

from collections.abc import Collection

from provisioning.actors import Actor, ActorKind, IdentityKind, referred
from provisioning.errors import DirectoryFailed
from provisioning.ports import Directory, PersonFacts
from storage.errors import NotFound

#: What actors that are no people are called in sentences.
OTHERS = {
    ActorKind.TOKEN: "An API token",
    ActorKind.HOOK: "A webhook",
    ActorKind.CLOCK: "Slipway",
    ActorKind.COMMAND_LINE: "The command line",
}
GONE = "Somebody who has left"


class People:
    """Knows how people are called; for sentences, never for decisions."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def names(self, references: Collection[str]) -> dict[str, str]:
        """Return what the actors of *references* are called, each by its reference."""
        actors = {reference: referred(reference) for reference in references}
        ids = {user_id for actor in actors.values() if (user_id := _slack_id(actor))}
        known = await self._directory.people(sorted(ids))
        return {reference: _name(actor, known) for reference, actor in actors.items()}

    async def name(self, reference: str) -> str:
        """Return what the actor of a reference is called."""
        return (await self.names([reference]))[reference]

    async def time_zone(self, actor: Actor) -> str | None:
        """Return the name of a person's time zone, None where Slack does not say it now."""
        user_id = _slack_id(actor)
        if user_id is None:
            return None
        try:
            return (await self._directory.person(user_id)).time_zone
        except (NotFound, DirectoryFailed):
            return None

    async def is_bot(self, actor: Actor) -> bool:
        """Return whether a person is a program after all, or nobody that Slack knows."""
        user_id = _slack_id(actor)
        if user_id is None:
            return False
        try:
            return (await self._directory.person(user_id)).bot
        except NotFound:
            return True


def _slack_id(actor: Actor) -> str | None:
    identity = actor.identity
    if identity is None or identity.kind is not IdentityKind.SLACK:
        return None
    return identity.value


def _name(actor: Actor, known: dict[str, PersonFacts]) -> str:
    identity = actor.identity
    if identity is None:
        return OTHERS.get(actor.kind, GONE)
    if identity.kind is IdentityKind.EMAIL:
        return identity.value
    facts = known.get(identity.value)
    return facts.name if facts else GONE
