"""The Home tab, drawn for one person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.slack.drawing import approvals, mandatory, notes, verdicts
from bot.slack.drawing.releases import line_below_app, phones_in_short
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, View
from bot.slack.kit.verbs import example
from provisioning.devices.sheets import DeviceSheet
from provisioning.distributing.approval_cards import ApprovalList
from provisioning.installing.receipts import Tally
from provisioning.installing.verdict import InstallVerdict
from provisioning.releases.cards import GivenLine, ReachLine, ReleaseLine

WELCOME = (
    "Nothing for you to install yet. When somebody gives you a release, I send you a message with "
    "a link, and it is listed here."
)
TEACH = (
    "No build is waiting. Post an `.ipa` or `.apk` in a channel I am in (`/invite @slipway`), then "
    "press *Distribute…* on its card."
)


#: A tab has 100 blocks: of these each takes two, a manager's desk up to 44, and devices four. Some
#: are left for what else may wait for a manager.
INSTALLABLE = 18
#: So many devices are listed; the others are a command away.
DEVICES = 8
NO_DEVICES = (
    "None yet. Some builds are signed for single phones: add yours, so that you can install them."
)

#: Returns where Slack fetches an icon, by its digest; None where it could not.
IconOf: TypeAlias = Callable[[str], str | None]


def no_icon(_sha256: str) -> str | None:
    """Return that Slack can fetch none."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installable:
    """
    The newest release of an app that a person was given, and whether they can install it.

    `url` is their own link, and `earlier` how many releases before it they may install. Of a
    `muted` app they are not reminded.
    """

    given: GivenLine
    url: str
    verdict: InstallVerdict
    earlier: int = 0
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShelf:
    """What a person can install; `page` is the address of their own page, `more` is only there."""

    installable: Sequence[Installable] = ()
    more: int = 0
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerDesk:
    """
    What a manager sees: drafts that wait, and what went out lately.

    `seen` is what was seen of the install links of a release, by its id; `approvals` are the first
    of what waits for somebody's yes.
    """

    drafts: Sequence[ReachLine]
    recent: Sequence[ReachLine]
    makes_groups: bool = False
    seen: Mapping[str, Tally] = field(default_factory=dict)
    approvals: ApprovalList = field(default_factory=ApprovalList)


def home(
    shelf: OwnShelf,
    desk: ManagerDesk | None,
    icon: IconOf = no_icon,
    devices: Sequence[DeviceSheet] = (),
) -> View:
    """Return the whole tab; *desk* is None for people who only test."""
    shown: list[Block] = []
    if desk is not None:
        shown += _desk(desk, icon)
    shown += _installable(shelf, icon)
    shown += _devices(devices)
    shown.append(blocks.context(f"Everything I can do: {example('help')}"))
    return {"type": "home", "blocks": shown[:100]}


def _desk(desk: ManagerDesk, icon: IconOf) -> list[Block]:
    waiting: list[Block] = [blocks.header("Waiting to be distributed")]
    if not desk.drafts:
        waiting.append(blocks.section(TEACH))
    waiting += _by_app(desk.drafts, icon, _to_distribute, desk.seen)
    recent: list[Block] = [blocks.header("Recent releases")] if desk.recent else []
    recent += _by_app(desk.recent, icon, _to_look_at, desk.seen)
    asked = approvals.waiting(desk.approvals)
    return [_tools(desk), *asked, *waiting, *recent, blocks.divider()]


def _tools(desk: ManagerDesk) -> Block:
    """Return what a manager begins with: looking for any release, and making a group."""
    find = blocks.external_choice(
        names.SHOW_RELEASE, placeholder="Find a release by app or version", several=False
    )
    create = blocks.button("Create a group…", names.GROUP_CREATE, names.value_of("new"))
    return blocks.actions(find, *([create] if desk.makes_groups else []))


def _by_app(
    cards: Sequence[ReachLine],
    icon: IconOf,
    button: Callable[[ReleaseLine], Block],
    seen: Mapping[str, Tally],
) -> list[Block]:
    """Return releases below their apps; the app of the newest one comes first."""
    apps: dict[str, list[ReachLine]] = {}
    for card in cards:
        apps.setdefault(card.release.app_id, []).append(card)
    shown: list[Block] = []
    for below in apps.values():
        shown.append(_app(below[0].release, icon))
        shown += [
            blocks.section(_line(card, seen), accessory=button(card.release)) for card in below
        ]
    return shown


def _line(card: ReachLine, seen: Mapping[str, Tally]) -> str:
    tally = seen.get(card.release.release_id)
    phones = phones_in_short(tally) if tally is not None else ""
    return f"{line_below_app(card)} · {phones}" if phones else line_below_app(card)


def _app(release: ReleaseLine, icon: IconOf) -> Block:
    """Return an app's icon, its name and its platform."""
    url = icon(release.icon_sha256) if release.icon_sha256 else None
    picture = blocks.image(url, f"Icon of {release.app_display_name}") if url else None
    name = mrkdwn.plain(release.app_display_name, 80)
    return blocks.titled(f"*{name}* · {release.system}", picture)


def _to_distribute(release: ReleaseLine) -> Block:
    value = names.value_of(release.release_id)
    return blocks.button("Distribute…", names.DISTRIBUTE, value, style="primary")


def _to_look_at(release: ReleaseLine) -> Block:
    return blocks.button("Details", names.HOME_SHOW, names.value_of(release.release_id))


def _installable(shelf: OwnShelf, icon: IconOf) -> list[Block]:
    shown: list[Block] = [blocks.header("Your apps")]
    if not shelf.installable:
        shown.append(blocks.section(WELCOME))
    for one in shelf.installable:
        line_ = one.given.release
        said = notes.beginning(line_.notes, notes.HOME, notes.behind(one.url), line_.notes_kind)
        button = blocks.button(
            "Install" if one.verdict.can and not line_.is_external else "Open",
            names.INSTALL,
            names.value_of(one.given.recipient_id),
            url=one.url,
        )
        about = "\n".join(part for part in (_called(one), verdicts.line(one.verdict), said) if part)
        shown += [_app(line_, icon), blocks.section(about, accessory=button)]
    if shelf.more:
        shown.append(blocks.context(f"… and {shelf.more} more on your page."))
    return [*shown, _own_page(shelf.page)] if shelf.page else shown


def _called(one: Installable) -> str:
    """Return the version, and what else is to be said of it in the same line."""
    parts = [f"*{mrkdwn.plain(one.given.release.label, 80)}*"]
    if must := mandatory.in_short(one.given.demand):
        parts.append(must)
    if one.earlier:
        parts.append(f"{one.earlier} earlier on your page")
    if one.muted:
        parts.append(":no_bell: no reminders")
    return " · ".join(parts)


def _own_page(url: str) -> Block:
    """Return what opens somebody's own page, and what gives it another address."""
    sure = blocks.confirm(
        "Get a new link?",
        "The page gets another address. The link that you have now, wherever you kept it, leads "
        "nowhere from then on.",
        "New link",
    )
    opened = blocks.button("Open my builds", names.PAGE_OPEN, names.value_of("own"), url=url)
    renew = blocks.button("New link…", names.PAGE_RENEW, names.value_of("own"), confirm=sure)
    return blocks.actions(opened, renew)


def _devices(sheets: Sequence[DeviceSheet]) -> list[Block]:
    """Return somebody's devices with where each stands, and what adds one."""
    lines = [
        f"• *{mrkdwn.plain(one.called, 60)}* (…{one.tail}): {mrkdwn.sentence(one.sentence, 200)}"
        for one in sheets[:DEVICES]
    ]
    if len(sheets) > DEVICES:
        lines.append(f"… and {len(sheets) - DEVICES} more: {example('devices')}")
    add = blocks.button("Add a device…", names.DEVICE_ADD, names.value_of("new"))
    return [
        blocks.header("Your devices"),
        blocks.section("\n".join(lines) or NO_DEVICES),
        blocks.actions(add),
    ]
