"""The forms of groups, opened by a button or when something is missing in what was typed."""

from collections.abc import Sequence
from enum import StrEnum

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from provisioning.people.groups import NAME_LIMIT, GroupSheet
from storage.records.group import Group


class GroupWay(StrEnum):
    """What can be done about groups."""

    LIST = "list"
    CREATE = "create"
    SHOW = "show"
    RENAME = "rename"
    DELETE = "delete"
    ADD = "add"
    REMOVE = "remove"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    JOINERS = "joiners"
    APPROVAL = "approval"


#: With more people than this in a group, a form only adds: what it remembers has 3,000 characters.
EDITABLE = 150

PICKED = {
    GroupWay.SHOW: ("Show a group", "Show"),
    GroupWay.RENAME: ("Rename a group", "Continue"),
    GroupWay.DELETE: ("Delete a group", "Continue"),
    GroupWay.ADD: ("Add people", "Continue"),
    GroupWay.REMOVE: ("Remove people", "Continue"),
    GroupWay.CONNECT: ("Connect channels", "Continue"),
    GroupWay.DISCONNECT: ("Disconnect channels", "Continue"),
    GroupWay.JOINERS: ("Who joins later", "Continue"),
    GroupWay.APPROVAL: ("Whose approval it needs", "Continue"),
}


def create(name: str = "") -> Form:
    """Return the form of a new group."""
    people = blocks.people_choice(names.GROUP_PEOPLE, placeholder="Choose people")
    return Form(
        callback_id=names.GROUP_CREATE_FORM,
        title="Create a group",
        submit="Create group",
        blocks=[
            blocks.entry(names.GROUP_NAME, "Name", _name(name)),
            blocks.entry(
                names.GROUP_PEOPLE,
                "People",
                people,
                hint="User groups can be added later with /release groups add.",
                optional=True,
            ),
            blocks.entry(
                names.GROUP_CHANNELS,
                "Channels that hear of its releases",
                _channels([]),
                optional=True,
            ),
        ],
    )


def pick(way: GroupWay) -> Form:
    """Return the form that asks which group is meant."""
    title, submit = PICKED[way]
    choice = blocks.external_choice(names.GROUP_PICK, placeholder="Choose a group", several=False)
    return Form(
        callback_id=names.GROUP_PICK_FORM,
        title=title,
        submit=submit,
        private_metadata=names.value_of(way.value),
        blocks=[blocks.entry(names.GROUP_PICK, "Group", choice)],
    )


def option(group: Group) -> Block:
    """Return a group as something to choose."""
    return blocks.option(group.name, group.id)


def rename(group: Group) -> Form:
    """Return the form that asks for the new name."""
    return Form(
        callback_id=names.GROUP_RENAME_FORM,
        title="Rename a group",
        submit="Rename",
        private_metadata=names.value_of(group.id),
        blocks=[blocks.entry(names.GROUP_NAME, "Name", _name(group.name))],
    )


def people(sheet: GroupSheet) -> Form:
    """Return the form that holds a group's people, to add to them and to take out of them."""
    there = [tester.slack_id for tester in sheet.people if tester.slack_id]
    shown = there if len(there) <= EDITABLE else []
    hint = "User groups are added and removed with /release groups add and remove."
    if there and not shown:
        hint = f"Chosen people are added to the {len(there)} that are in it. {hint}"
    choice = blocks.people_choice(names.GROUP_PEOPLE, shown, placeholder="Choose people")
    return Form(
        callback_id=names.GROUP_PEOPLE_FORM,
        title="People of a group",
        submit="Save",
        private_metadata=names.value_of(sheet.id, ",".join(shown)),
        blocks=[
            blocks.entry(
                names.GROUP_PEOPLE, f"People in {sheet.name}", choice, hint=hint, optional=True
            )
        ],
    )


def channels(sheet: GroupSheet) -> Form:
    """Return the form that holds the channels that hear of a group's releases."""
    shown = [channel.id for channel in sheet.channels][:EDITABLE]
    hint = "Slipway must be in each of them: /invite @slipway."
    if len(shown) < len(sheet.channels):
        hint = f"{len(shown)} of {len(sheet.channels)} are shown; the others stay. {hint}"
    return Form(
        callback_id=names.GROUP_CHANNEL_FORM,
        title="Channels of a group",
        submit="Save",
        private_metadata=names.value_of(sheet.id, ",".join(shown)),
        blocks=[
            blocks.entry(
                names.GROUP_CHANNELS,
                f"Channels that hear of releases for {sheet.name}",
                _channels(shown),
                hint=hint,
                optional=True,
            )
        ],
    )


def _name(name: str) -> Block:
    return blocks.text_field(
        names.GROUP_NAME, name, placeholder="QA, Beta testers …", longest=NAME_LIMIT
    )


def _channels(chosen: Sequence[str]) -> Block:
    choice: Block = {
        "type": "multi_conversations_select",
        "action_id": names.GROUP_CHANNELS,
        "placeholder": blocks.plain("Choose channels", blocks.PLACEHOLDER),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return choice | ({"initial_conversations": list(chosen)} if chosen else {})


def shown(message: Message) -> Form:
    """Return what a form turns into when it was carried out."""
    return Form(callback_id=names.SHOWN, title="Group", close="Close", blocks=list(message.blocks))
