"""What a release is called in Slack: always with its platform, since two apps may share a name."""

from typing import Final, Protocol

from bot.slack.drawing import words
from bot.slack.kit import mrkdwn
from provisioning.releases.cards import ReleaseCard
from provisioning.releases.products import platform_name
from provisioning.releases.titles import WithBuild, title_of_card
from storage.records.app import App

APP: Final = 80
LABEL: Final = 60
SYSTEM: Final = 40
PLAIN: Final = 150


class Titled(Protocol):
    """Whatever says what a release is called: a line of a list, or a title by itself."""

    @property
    def app_display_name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def system(self) -> str: ...


def title(release: Titled) -> str:
    """Return `Harbour 2.5.0 (250) for iOS` as mrkdwn."""
    return f"{_short(release)} for {mrkdwn.plain(release.system, SYSTEM)}"


def title_of(card: WithBuild) -> str:
    """Return the same of what a card is about."""
    return title(title_of_card(card))


def short_title_of(card: WithBuild) -> str:
    """Return `Harbour 2.5.0 (250)`, for where the platform stands right beside it."""
    return _short(title_of_card(card))


def plain_title(release: Titled, room: int = PLAIN) -> str:
    """Return the title where no mrkdwn is read, in *room*: of a long name the end is left out."""
    rest = f" {mrkdwn.cut(release.label, LABEL)} for {release.system}"
    return f"{mrkdwn.cut(release.app_display_name.strip(), max(room - len(rest), 1))}{rest}"


def headline(card: ReleaseCard) -> str:
    """Return what a form about a release begins with."""
    return f"*{short_title_of(card)}*\n{words.platform(card.build.facts)} · release {card.number}"


def app_title(app: App) -> str:
    """Return `Harbour for iOS` as mrkdwn, where no release is meant."""
    return mrkdwn.plain(plain_app_title(app), PLAIN)


def plain_app_title(app: App) -> str:
    """Return the same where no mrkdwn is read."""
    return f"{mrkdwn.cut(app.display_name, APP)} for {platform_name(app)}"


def _short(release: Titled) -> str:
    name = mrkdwn.plain(release.app_display_name, APP)
    return f"{name} {mrkdwn.plain(release.label, LABEL)}"
