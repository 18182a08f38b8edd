"""What the install page says: everything as words, decided before the template sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.links import Links
from bot.web.install.demanded import Demanded, demanded
from bot.web.install.names import tidy
from bot.web.install.visitors import Visitor
from provisioning.installing.circumstances import Circumstances
from provisioning.installing.grants import OpenedGrant
from provisioning.installing.installability import Hint, Judgement, Way, judge
from provisioning.installing.reasons import reasons, unsaid
from provisioning.installing.verdict import InstallVerdict, VerdictCode
from provisioning.intake.elsewhere import host_of
from provisioning.releases import notes
from provisioning.releases.cards import version_of as version_label
from provisioning.wording import moment
from storage.catalog.products import Companion
from storage.inspection.facts import Facts, system_of
from storage.inspection.systems import least_system
from storage.records.release import Release

#: A profile that ends this soon is worth a word before it is too late.
SOON_DAYS = 14

SIGNING_WORDS = {
    "adhoc": "Ad hoc",
    "development": "Development",
    "enterprise": "Enterprise",
    "appstore": "App Store",
    "developer-id": "Developer ID",
}


UNITS = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))
PLENTY = 100  #: From here on digits behind the point say nothing.


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fact with its name; `alarming` when it is about to bite."""

    name: str
    value: str
    alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlatform:
    """The same version for another platform, which the same person may install at `path`."""

    system: str
    version: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallPage:
    """
    All that the template shows. Addresses are paths, but for those that leave the browser.

    `known_for` is what is said of a device that is known to take it, and `hindered` why one does
    not, with what happens next; both are empty where nothing is known of it.
    """

    name: str
    version: str
    owner: str
    platform: str
    person: str
    notes: Markup
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]
    newer: str
    went_back: bool
    beside: tuple[str, ...]
    alarms: tuple[str, ...]
    demanded: Demanded | None
    judgement: Judgement
    known_for: str
    hindered: tuple[str, ...]
    hints: frozenset[str]
    devices: int
    developer: str
    fitting: bool
    on_phone: bool
    on_apple: bool
    webview: bool
    other_browser: bool
    insecure: bool
    number: int
    link_ends: str
    host: str
    install: str
    package: str
    size: str
    icon: str
    code: str
    address: str


def install_page(
    opened: OpenedGrant,
    known: Circumstances,
    said: InstallVerdict,
    visitor: Visitor,
    links: Links,
    token: str,
    *,
    at: datetime,
) -> InstallPage:
    """
    Return what the page of *opened*, of which so much is *known*, says to *visitor*.

    *said* is whether it installs on what they have in their hand.
    """
    facts, noticed = opened.facts, opened.build.remarks
    judgement = judge(facts, visitor.phone, at=at)
    apple = judgement.way is Way.AIR
    on_phone = visitor.phone is not None
    on_apple = visitor.phone is not None and visitor.phone.maker == "ios"
    package = path_of(links.package(token, facts.kind))
    return InstallPage(
        name=tidy(opened.app.display_name) or opened.app.name,
        version=version_of(opened),
        owner=tidy(facts.signing.team_name or ""),
        platform=facts.system,
        person=tidy(opened.tester.name),
        notes=_safe(opened.release, known.notes),
        lines=tuple(_lines(opened, facts, at)),
        remarks=tuple(map(tidy, unsaid(noticed, reasons(facts, at=at)))),
        newer=tidy(known.newer),
        went_back=known.went_back,
        beside=tuple(map(tidy, known.beside)),
        alarms=tuple(map(tidy, known.alarms)),
        demanded=demanded(known, tidy(known.newer)),
        judgement=judgement,
        known_for=said.sentence if said.code is VerdictCode.READY else "",
        hindered=_hindered(said, judgement),
        hints=_hints(said, judgement),
        devices=len(facts.signing.devices),
        developer=tidy(facts.signing.team_name or "") or "the developer",
        fitting=on_phone
        and said.can
        and not judgement.obstacles
        and judgement.way not in {Way.DOWNLOAD, Way.ELSEWHERE},
        on_phone=on_phone,
        on_apple=on_apple,
        webview=visitor.webview,
        other_browser=on_apple and apple and not visitor.safari and not visitor.webview,
        insecure=apple and not links.secure and not links.loopback,
        number=opened.release.number,
        link_ends=moment(opened.grant.expires_at),
        host=host_of(opened.build.link) if opened.build.link else "",
        install=opened.build.link or (links.itms(token) if apple else package),
        package=opened.build.link or package,
        size=_size(opened),
        icon=path_of(links.icon(token, 180)),
        code=path_of(links.code(token)),
        address=links.install(token),
    )


def other_platforms(
    found: Sequence[Companion], links: Links, token: str
) -> tuple[OtherPlatform, ...]:
    """Return what the holder of a link may install of its version for other platforms."""
    return tuple(
        OtherPlatform(
            system=system_of(one.platform, ()),
            version=tidy(version_label(one.version, one.build)),
            path=path_of(links.other_platform(token, one.platform)),
        )
        for one in found
    )


def _hindered(said: InstallVerdict, judgement: Judgement) -> tuple[str, ...]:
    """Return why it does not install on a device that is known, unless that is said already."""
    if said.can or judgement.obstacles:
        return ()
    return tuple(tidy(part) for part in (said.sentence, said.next) if part)


def _hints(said: InstallVerdict, judgement: Judgement) -> frozenset[str]:
    """Return what to know beside; of registered devices only while nothing is known of theirs."""
    hints = set(judgement.hints)
    if said.code is not VerdictCode.UNKNOWN:
        hints.discard(Hint.REGISTERED_DEVICES)
    return frozenset(hint.name.lower() for hint in hints)


def path_of(address: str) -> str:
    """Return the path of an address of ours, for a page that is already there."""
    return urlsplit(address).path


def version_of(opened: OpenedGrant) -> str:
    """Return `1.4.2 (57)`, or as much of it as there is."""
    version, build = tidy(opened.build.version), tidy(opened.build.build)
    if not version:
        return f"({build})" if build else ""
    return f"{version} ({build})" if build and build != version else version


def size_of(size: int) -> str:
    """Return a number of bytes as phones write it: 42.7 MB."""
    for unit, bytes_each in UNITS:
        if size >= bytes_each:
            amount = size / bytes_each
            return f"{amount:.0f} {unit}" if amount >= PLENTY else f"{amount:.3g} {unit}"
    return f"{size} bytes"


def _size(opened: OpenedGrant) -> str:
    """Return how large the file is; nothing for an external build, of which nobody knows."""
    return size_of(opened.file.size) if opened.handout else ""


def _safe(release: Release, own: str | None) -> Markup:
    """Return the notes of a release, or those of its own that somebody was sent it with."""
    html = notes.to_html(release.notes, release.notes_kind) if own is None else notes.to_html(own)
    return Markup(html)  # noqa: S704 - it comes out of the one sanitiser


def _lines(opened: OpenedGrant, facts: Facts, at: datetime) -> list[Line]:
    size = _size(opened)
    lines = [Line(name="Size", value=size)] if size else []
    least = least_system(facts)
    if least:
        lines.append(Line(name="Needs", value=f"{least} or later"))
    published = opened.release.published_at or opened.release.created_at
    lines.append(Line(name="Released", value=moment(published)))
    signed = SIGNING_WORDS.get(facts.signing.kind or "")
    if signed:
        lines.append(Line(name="Signed for", value=_audience(signed, facts)))
    ends = facts.signing.expires_at
    if ends is not None and facts.platform == "ios":
        soon = (ends - at).days < SOON_DAYS
        verb = "Stopped working" if ends <= at else "Works until"
        lines.append(Line(name=verb, value=moment(ends), alarming=soon))
    return lines


def _audience(signed: str, facts: Facts) -> str:
    count = len(facts.signing.devices)
    if not count:
        return signed
    return f"{signed}, {count} device{'s' if count > 1 else ''}"
