"""The form in which a join link is made."""

from datetime import datetime

from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from provisioning.people.join_links import MOST_ROOM, USUAL_ROOM
from provisioning.wording import day
from storage.records.app import App
from storage.records.group import Group

#: How long a link holds, the usual one first.
LIVES = {"14": "14 days", "1": "1 day", "7": "7 days", "30": "30 days", "90": "90 days"}


def invite(
    group: Group | None,
    app: App | None,
    *,
    room: int = USUAL_ROOM,
    until: datetime | None = None,
    domains: str = "",
) -> Form:
    """Return the form with what is known already; *app* is of what its page speaks."""
    chosen = [blocks.option(group.name, group.id)] if group is not None else []
    choice = blocks.external_choice(
        names.GROUP_PICK, chosen, placeholder="Choose a group", several=False
    )
    lives = [blocks.option(label, value) for value, label in LIVES.items()]
    if until is not None:
        lives.insert(0, blocks.option(f"Until {day(until)}", until.isoformat()))
    return Form(
        callback_id=names.INVITE_FORM,
        title="Make a join link",
        submit="Make the link",
        private_metadata=names.value_of(app.id if app is not None else ""),
        blocks=[
            *_about(app),
            blocks.entry(
                names.GROUP_PICK,
                "Group",
                choice,
                hint="Whoever joins is in it, and gets what is current there.",
            ),
            blocks.entry(
                names.INVITE_ROOM,
                "For how many people",
                blocks.text_field(names.INVITE_ROOM, str(room), longest=6),
                hint=f"1 to {MOST_ROOM}.",
            ),
            blocks.entry(
                names.INVITE_LIFE, "It holds for", blocks.one_of(names.INVITE_LIFE, lives)
            ),
            blocks.entry(
                names.INVITE_DOMAINS,
                "Only with an address at",
                blocks.text_field(
                    names.INVITE_DOMAINS, domains, placeholder="example.com", longest=300
                ),
                hint="With commas between them. Empty: any address.",
                optional=True,
            ),
        ],
    )


def _about(app: App | None) -> list[Block]:
    if app is None:
        return []
    text = f"For people without Slack who are to test {app.display_name}. They come into a group."
    return [{"type": "section", "text": blocks.plain(text, blocks.SECTION_TEXT)}]


def shown(message: Message) -> Form:
    """Return what the form turns into once the link is made."""
    return Form(
        callback_id=names.SHOWN, title="Join link", close="Close", blocks=list(message.blocks)
    )
