"""Actors in Slack: people as mentions, everybody else by a word."""

from bot.slack.kit import mrkdwn
from provisioning.actors import ActorKind, IdentityKind, referred

WORDS = {
    ActorKind.TOKEN: "an API token",
    ActorKind.HOOK: "a webhook",
    ActorKind.CLOCK: "Slipway",
    ActorKind.COMMAND_LINE: "the command line",
}


def who(reference: str) -> str:
    """Return the actor of a record's reference as mrkdwn."""
    found = referred(reference)
    identity = found.identity
    if identity is None:
        return WORDS.get(found.kind, "somebody")
    if identity.kind is IdentityKind.SLACK:
        return mrkdwn.person(identity.value)
    return mrkdwn.plain(identity.value, 80)


def slack_id_of(reference: str) -> str | None:
    """Return the Slack id of a person by reference, None for whoever has none."""
    identity = referred(reference).identity
    if identity is None or identity.kind is not IdentityKind.SLACK:
        return None
    return identity.value
