"""The form that asks what becomes of the others when a role is given for the first time."""

import json
from collections.abc import Sequence

from bot.slack.features.roles.messages import holder_named
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.lists import row
from bot.slack.kit.payloads import Outdated
from provisioning.people.roles import Holder, Others
from storage.records.role import HolderKind, Role

VERSION = 1
#: In characters, for those who are named.
ROOM = 1_000


def others(role: Role, holders: Sequence[Holder], after: Sequence[Holder]) -> Form:
    """
    Return the form that asks before a role is taken from everybody else.

    *after* are those who could still do what it allows besides *holders*: admins and managers.
    """
    kept = {"v": VERSION, "role": role.value, "to": [[one.kind.value, one.id] for one in holders]}
    given = row([holder_named(one) for one in holders], ROOM)
    above = row([holder_named(one) for one in after], ROOM)
    rest = f", and {above} by a role above it" if after else ""
    return Form(
        callback_id=names.ROLE_GIVE_FORM,
        title="Give a role",
        submit="Give the role",
        private_metadata=json.dumps(kept),
        blocks=[
            blocks.section(
                f"*Until now* every full member of this workspace may bring builds in, because "
                f"nobody holds the role *{role.value}* by name."
            ),
            blocks.section(
                f"*If only those you named hold it*, builds are taken in from {given}{rest}, and "
                "from nobody else."
            ),
            blocks.entry(
                names.ROLE_OTHERS,
                "Who brings builds in from now on?",
                blocks.one_of(
                    names.ROLE_OTHERS,
                    [
                        blocks.option(
                            "Every full member as before, and those I named", Others.KEEP.value
                        ),
                        blocks.option("Only those I named, and roles above it", Others.DROP.value),
                    ],
                ),
            ),
        ],
    )


def asked_for(private_metadata: str) -> tuple[Role, list[Holder]]:
    """Return what a form was opened for. Raise Outdated for an older form."""
    try:
        kept = json.loads(private_metadata)
        if kept["v"] == VERSION:
            holders = [Holder(kind=HolderKind(kind), id=str(id_)) for kind, id_ in kept["to"]]
            return Role(kept["role"]), holders
    except (ValueError, KeyError, TypeError):
        pass
    raise Outdated


def shown(message: Message) -> Form:
    """Return what the form turns into when it was carried out."""
    return Form(callback_id=names.SHOWN, title="Roles", close="Close", blocks=list(message.blocks))
