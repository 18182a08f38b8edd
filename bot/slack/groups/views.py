"""The forms of groups, opened when something is missing in what was typed."""

from bot.slack import blocks, names
from bot.slack.blocks import Block, Form
from provisioning.groups import NAME_LIMIT
from storage.records.group import Group


def create(name: str = "") -> Form:
    """Return the form of a new group."""
    field = blocks.text_field(
        names.GROUP_NAME, name, placeholder="QA, Beta testers …", longest=NAME_LIMIT
    )
    people = blocks.people_choice(names.GROUP_PEOPLE, placeholder="Choose people")
    return Form(
        callback_id=names.GROUP_CREATE_FORM,
        title="Create a group",
        submit="Create group",
        blocks=[
            blocks.entry(names.GROUP_NAME, "Name", field),
            blocks.entry(
                names.GROUP_PEOPLE,
                "People",
                people,
                hint="User groups and more people can be added later with /release groups add.",
                optional=True,
            ),
            blocks.entry(
                names.GROUP_CHANNELS, "Channels that hear of it", _channels(), optional=True
            ),
        ],
    )


def add_people(group: Group) -> Form:
    """Return the form that asks whom to add."""
    people = blocks.people_choice(names.GROUP_PEOPLE, placeholder="Choose people")
    return Form(
        callback_id=names.GROUP_PEOPLE_FORM,
        title="Add people",
        submit="Add",
        private_metadata=names.value_of(group.id),
        blocks=[blocks.entry(names.GROUP_PEOPLE, f"People for {group.name}", people)],
    )


def connect(group: Group) -> Form:
    """Return the form that asks which channels hear of a group."""
    return Form(
        callback_id=names.GROUP_CHANNEL_FORM,
        title="Connect channels",
        submit="Connect",
        private_metadata=names.value_of(group.id),
        blocks=[blocks.entry(names.GROUP_CHANNELS, f"Channels for {group.name}", _channels())],
    )


def _channels() -> Block:
    return {
        "type": "multi_conversations_select",
        "action_id": names.GROUP_CHANNELS,
        "placeholder": blocks.plain("Choose channels", blocks.PLACEHOLDER),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }


def done(text: str) -> Form:
    """Return what a form turns into when it was carried out."""
    return Form(callback_id=names.SHOWN, title="Done", close="Close", blocks=[blocks.section(text)])
