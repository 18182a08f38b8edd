"""The form that asks where a build lies, and what it is."""

from dataclasses import dataclass

from bot.slack.drawing.notes import HOW
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form
from bot.slack.kit.payloads import Submission
from provisioning.intake.elsewhere import LONGEST_LINK
from provisioning.intake.linking import LONGEST_VERSION
from storage.records.release import NotesKind

#: Slack's text inputs hold this many characters.
NOTES = 3000
#: No app's short name is longer.
APP = 64
ABOUT = (
    ":link: Slipway never fetches the file: there is no size, no check, no signing for more "
    "devices and no count of who has it. It goes to groups and people only."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWish:
    """What was typed or filled in, and where."""

    app: str = ""
    version: str = ""
    build: str = ""
    link: str = ""
    notes: str = ""
    channel_id: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.app and self.version and self.build and self.link)


def link(wish: LinkWish) -> Form:
    """Return the form with what was said already."""
    return Form(
        callback_id=names.LINK_FORM,
        title="Link a build",
        submit="Make a draft",
        private_metadata=names.value_of(wish.channel_id),
        blocks=[
            blocks.context(ABOUT),
            _entry(names.LINK_APP, "App", wish.app, "harbour", APP),
            _entry(names.LINK_VERSION, "Version", wish.version, "2.4.0", LONGEST_VERSION),
            _entry(names.LINK_BUILD, "Build number", wish.build, "241", LONGEST_VERSION),
            _entry(
                names.LINK_URL,
                "Link",
                wish.link,
                "https://builds.example.com/harbour-2.4.0.ipa",
                LONGEST_LINK,
            ),
            blocks.entry(
                names.LINK_NOTES,
                "Release notes",
                blocks.text_field(
                    names.LINK_NOTES,
                    wish.notes,
                    placeholder="What is new, what to look at.",
                    multiline=True,
                    longest=NOTES,
                ),
                hint=HOW[NotesKind.MARKDOWN],
                optional=True,
            ),
        ],
    )


def entered(sent: Submission) -> LinkWish:
    """Return what was filled in."""
    return LinkWish(
        app=sent.entered(names.LINK_APP).strip(),
        version=sent.entered(names.LINK_VERSION),
        build=sent.entered(names.LINK_BUILD),
        link=sent.entered(names.LINK_URL),
        notes=sent.entered(names.LINK_NOTES),
    )


def _entry(name: str, label: str, value: str, placeholder: str, longest: int) -> Block:
    field = blocks.text_field(name, value, placeholder=placeholder, longest=longest)
    return blocks.entry(name, label, field)
