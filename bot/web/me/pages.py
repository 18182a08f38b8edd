"""What a tester's own page says: everything as words, decided before the template sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from bot.links import Links
from bot.web.install.names import tidy
from bot.web.install.pages import path_of, size_of
from bot.web.install.visitors import Visitor
from provisioning.installing.installabilities import ServedRelease
from provisioning.installing.installability import Way, judge
from provisioning.installing.my_builds import OwnApp, OwnBuilds, OwnRelease
from provisioning.installing.personal_pages import OpenedPage
from provisioning.releases import notes
from provisioning.releases.titles import title_of_row
from provisioning.wording import day
from storage.catalog.recalls import LostRow
from storage.inspection.initial import initial

#: Bytes of notes that a card has room for; the page of the release has the rest.
NOTES: Final = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierLine:
    """An earlier release: its version, when it came, and the way to it."""

    version: str
    when: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCard:
    """
    An app with its newest release.

    `said` is whether it installs, in words: on the phone in hand, or on those that are known. `ok`
    is that it does, and `loadable` that this very browser can install it now.
    """

    name: str
    initial: str
    icon: str
    version: str
    system: str
    about: str
    mandatory: bool
    notes: Markup
    more_notes: int
    said: tuple[str, ...]
    ok: bool
    loadable: bool
    path: str
    earlier: tuple[EarlierLine, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostLine:
    """A release that was recalled: what it was, when, and why."""

    name: str
    when: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPage:
    """
    All that the template shows. Addresses are paths, but for the page's own.

    `in_slack`: its person is told things there. `lost` is what was recalled from them lately.
    """

    person: str
    apps: tuple[AppCard, ...]
    more: int
    has_more: bool
    on_phone: bool
    code: str
    address: str
    everything: str
    in_slack: bool
    lost: tuple[LostLine, ...]


def my_page(
    opened: OpenedPage,
    found: OwnBuilds,
    visitor: Visitor,
    links: Links,
    token: str,
    *,
    lost: Sequence[LostRow] = (),
    at: datetime,
) -> MyPage:
    """Return what the page of a tester says to whoever holds its link."""
    cards = tuple(_card(app, visitor, links, token, at) for app in found.apps)
    return MyPage(
        person=tidy(opened.tester.name),
        apps=cards,
        more=found.more,
        has_more=bool(found.more or any(card.more for card in cards)),
        on_phone=visitor.phone is not None,
        code=path_of(links.me_code(token)),
        address=links.me(token),
        everything=path_of(links.me_all(token)),
        in_slack=opened.tester.slack_id is not None,
        lost=tuple(map(_lost, lost)),
    )


def _card(app: OwnApp, visitor: Visitor, links: Links, token: str, at: datetime) -> AppCard:
    newest, line = app.newest, app.newest.release
    said, ok, loadable = _judged(newest.served, visitor, at)
    text, left = notes.beginning(line.notes, NOTES)
    icon = links.card_icon(line.icon_sha256, plain=True) if line.icon_sha256 else None
    return AppCard(
        name=tidy(line.app_display_name) or line.app_name,
        initial=initial(line.app_display_name, None),
        icon=path_of(icon) if icon else "",
        version=tidy(line.label),
        system=line.system,
        about=" · ".join(_about(newest)),
        mandatory=newest.demand is not None and newest.demand.is_mandatory,
        notes=Markup(notes.to_html(text, line.notes_kind)),  # noqa: S704 - it comes out of the one sanitiser
        more_notes=left,
        said=said,
        ok=ok,
        loadable=loadable,
        path=path_of(links.me_release(token, line.release_id)),
        earlier=tuple(_earlier(app.earlier, links, token)),
        more=app.more,
    )


def _judged(
    served: ServedRelease | None, visitor: Visitor, at: datetime
) -> tuple[tuple[str, ...], bool, bool]:
    """Return what to say of whether it installs, whether it does, and whether it does here."""
    if served is None:
        return (), False, False
    judgement = judge(served.facts, visitor.phone, at=at)
    verdict = served.verdict
    if judgement.obstacles:
        return tuple(map(tidy, judgement.obstacles)), False, False
    said = tuple(tidy(part) for part in (verdict.sentence, verdict.next) if part)
    here = visitor.phone is not None and judgement.way is not Way.DOWNLOAD
    return said, verdict.can, verdict.can and here


def _lost(row: LostRow) -> LostLine:
    return LostLine(
        name=tidy(str(title_of_row(row))),
        when=day(row.at),
        because=tidy(row.because),
    )


def _about(newest: OwnRelease) -> list[str]:
    """Return the platform, how large the file is, and when it came."""
    line, size = newest.release, newest.served.facts.size if newest.served else 0
    parts = [line.system, size_of(size) if size else "", day(line.at)]
    return [part for part in parts if part]


def _earlier(found: Sequence[OwnRelease], links: Links, token: str) -> list[EarlierLine]:
    return [
        EarlierLine(
            version=tidy(one.release.label),
            when=day(one.release.at),
            path=path_of(links.me_release(token, one.release.release_id)),
        )
        for one in found
    ]
