"""What people read about roles."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.drawing.actors import who
from bot.slack.kit import blocks
from bot.slack.kit.blocks import Message
from bot.slack.kit.lists import NAMES, row
from bot.slack.kit.verbs import example
from provisioning.actors import ActorKind
from provisioning.people.roles import Holder, Others
from storage.records.role import HolderKind, Role

MEANINGS: dict[Role, str] = {
    Role.ADMIN: "does everything, and gives roles",
    Role.MANAGER: "creates apps and groups, distributes and dismisses",
    Role.UPLOADER: "brings builds in",
    Role.TESTER: "installs what was given to them",
}
NOBODY: dict[Role, str] = {
    Role.UPLOADER: "Nobody by name: every full member may",
    Role.TESTER: "Everybody, without being named",
}
#: Said when the role is given for the first time: what became of everybody else.
OTHERS: dict[Others, str] = {
    Others.KEEP: "Every full member may bring builds in as before.",
    Others.DROP: "From now on only those who hold it bring builds in, and admins and managers.",
}
#: Said when nobody is left who holds it.
OPEN_AGAIN = "Nobody holds it by name now, so every full member may bring builds in."
STILL: dict[Role, str] = {
    Role.ADMIN: "they are named in the setting `SLIPWAY_ADMINS`, or in a user group that holds it",
    Role.UPLOADER: "every full member may at the moment, or a user group that they are in holds it",
    Role.TESTER: "everybody may",
}


def listed(holdings: Sequence[tuple[Role, Holder]], said: str = "") -> Message:
    """Return who holds what; *said* is what was just changed."""
    lines = []
    for role in Role:
        holders = [holder_named(holder) for held, holder in holdings if held is role]
        who = row(holders, NAMES * 4) or NOBODY.get(role, "Nobody")
        lines.append(f"*{role.value.capitalize()}* {MEANINGS[role]}\n{who}")
    shown = [blocks.section(said)] if said else []
    return Message(
        text=said or "Roles",
        blocks=[
            *shown,
            *(blocks.section(line) for line in lines),
            blocks.context(
                f"Give one: {example('roles give manager @somebody')}",
                f"Take one: {example('roles take manager @somebody')}",
            ),
        ],
    )


def given(role: Role, holder: Holder, *, is_news: bool) -> str:
    """Return what is said when a role was given."""
    if not is_news:
        return f"{_begun(holder)} held the role *{role.value}* already."
    return f"{words.DONE} {_begun(holder)} holds the role *{role.value}* now."


def taken(role: Role, holder: Holder, *, was_held: bool) -> str:
    if not was_held:
        return f"{_begun(holder)} did not hold the role *{role.value}* by name."
    return f"{words.DONE} {_begun(holder)} no longer holds the role *{role.value}*."


def still_held(role: Role, holder: Holder) -> str:
    """Return why taking a role changed nothing for somebody."""
    why = STILL.get(role, "a user group that they are in holds it")
    return f"{words.WARNING} {holder_named(holder)} may still do what *{role.value}* allows: {why}."


def holder_named(holder: Holder) -> str:
    """Return whoever holds a role, as it stands within a sentence."""
    if holder.kind is HolderKind.EVERYBODY:
        return "every full member"
    if holder.kind is HolderKind.USERGROUP:
        return f"<!subteam^{holder.id}>" if holder.id.isalnum() else "a user group"
    return who(f"{ActorKind.PERSON.value}:{holder.id}")


def _begun(holder: Holder) -> str:
    named = holder_named(holder)
    return named[:1].upper() + named[1:]
