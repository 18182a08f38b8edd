"""What people read about roles."""

from collections.abc import Sequence

from bot.slack import blocks, mrkdwn
from bot.slack.blocks import Message
from bot.slack.verbs import example
from provisioning.people import Holder
from storage.records.role import HolderKind, Role

MEANINGS: dict[Role, str] = {
    Role.ADMIN: "does everything, and gives roles",
    Role.MANAGER: "creates apps and groups, distributes and dismisses",
    Role.UPLOADER: "brings builds in; until somebody holds it, every full member may",
    Role.TESTER: "installs what was given to them",
}


def listed(holdings: Sequence[tuple[Role, Holder]], said: str = "") -> Message:
    """Return who holds what; *said* is what was just changed."""
    rows = []
    for role in Role:
        holders = [_holder(holder) for held, holder in holdings if held is role]
        who = ", ".join(holders) or "nobody by name"
        rows.append(f"*{role.value.capitalize()}*: {MEANINGS[role]}\n{who}")
    shown = [blocks.section(said)] if said else []
    return Message(
        text=said or "Roles",
        blocks=[
            *shown,
            blocks.section("\n\n".join(rows)),
            blocks.context(
                f"Give one: {example('roles give manager @somebody')}",
                f"Take one: {example('roles take manager @somebody')}",
            ),
        ],
    )


def _holder(holder: Holder) -> str:
    if holder.kind is HolderKind.USERGROUP:
        return f"<!subteam^{holder.id}>" if holder.id.isalnum() else "a user group"
    return mrkdwn.person(holder.id)
