"""Lists of apps and releases, and one release in full."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.slack import blocks, mrkdwn
from bot.slack.blocks import Block, Message
from bot.slack.verbs import example
from provisioning.cards import Act, AppCard, ReleaseCard
from provisioning.releases import SENTENCES
from provisioning.testers import TesterSheet
from storage.inspection.sizes import human
from storage.records.distribution import DeliveryState
from storage.records.release import ReleaseState

#: A word and a picture for each state; never the picture alone.
STATES: dict[ReleaseState, str] = {
    ReleaseState.DRAFT: ":memo: Draft",
    ReleaseState.AWAITING_APPROVAL: ":hourglass_flowing_sand: Awaiting approval",
    ReleaseState.LIVE: ":white_check_mark: Live",
    ReleaseState.SUPERSEDED: ":arrow_heading_up: Superseded",
    ReleaseState.WITHDRAWN: ":no_entry: Withdrawn",
}
PLATFORMS = {"ios": "iOS", "android": "Android", "macos": "macOS", "windows": "Windows"}

NO_APPS = (
    "There is no app yet. Post an `.ipa` or `.apk` in a channel I am in (`/invite @slipway`); its "
    "card offers to create the app."
)


def version_of(card: ReleaseCard) -> str:
    """Return the version as people say it: `2.4.0 (241)`, escaped."""
    facts = card.build.facts
    return mrkdwn.plain(f"{facts.version or '?'} ({facts.build or '?'})", 80)


def line(card: ReleaseCard) -> str:
    """Return a release in one line."""
    name = mrkdwn.plain(card.app_display_name, 80)
    reach = f" · {card.reached} of {card.people} people" if card.people else ""
    when = mrkdwn.moment(card.published_at or card.created_at, "{date_short_pretty}")
    what = f"*{name}* {version_of(card)} · release {card.number}"
    return f"{what} · {STATES[card.state]}{reach} · {when}"


def listed(title: str, cards: Sequence[ReleaseCard], hint: str) -> Message:
    """Return releases one a line; *hint* is what to do when there is none."""
    if not cards:
        return Message(text=title, blocks=[blocks.section(hint)])
    rows = "\n".join(f"• {line(card)}" for card in cards)
    first = cards[0]
    more = example(f"show {first.app_name} {first.number}")
    return Message(
        text=f"{title}: {len(cards)}",
        blocks=[
            blocks.section(f"*{mrkdwn.plain(title, 150)}*"),
            *(blocks.section(piece) for piece in mrkdwn.pieces(rows, blocks.SECTION_TEXT)[:20]),
            blocks.context(f"One of them in full: {more}"),
        ],
    )


def apps(cards: Sequence[AppCard]) -> Message:
    """Return every app with its newest release."""
    if not cards:
        return Message(text="No apps yet", blocks=[blocks.section(NO_APPS)])
    rows = "\n".join(f"• {_app(card)}" for card in cards)
    return Message(
        text=f"Apps: {len(cards)}",
        blocks=[
            blocks.section("*Apps*"),
            *(blocks.section(piece) for piece in mrkdwn.pieces(rows, blocks.SECTION_TEXT)[:20]),
            blocks.context(f"Releases of one: {example(f'list {cards[0].app.name}')}"),
        ],
    )


def _app(card: AppCard) -> str:
    app = card.app
    newest = (
        f"newest {version_of(card.latest)}, {STATES[card.latest.state]}"
        if card.latest
        else "no release yet"
    )
    return (
        f"`{app.name}` *{mrkdwn.plain(app.display_name, 80)}* · "
        f"{PLATFORMS.get(app.platform, app.platform)} · {mrkdwn.code(app.bundle_id)} · {newest}"
    )


def full(card: ReleaseCard) -> list[Block]:
    """Return one release with its facts, its notes and how far it went."""
    title = f"{card.app_display_name} {card.build.facts.version} ({card.build.facts.build})"
    return [
        blocks.header(title),
        blocks.section(f"Release {card.number} · {STATES[card.state]}\n{SENTENCES[card.state]}"),
        {"type": "section", "fields": [blocks.marked(field, 2000) for field in _fields(card)]},
        *_notes(card),
        *_reach(card),
        *_changes(card),
    ]


def _fields(card: ReleaseCard) -> list[str]:
    facts, signing = card.build.facts, card.build.facts.signing
    fields = [
        f"*Platform*\n{PLATFORMS.get(facts.platform, facts.platform)}",
        f"*Size*\n{human(card.build.size)}",
        f"*Minimum system*\n{mrkdwn.plain(facts.min_os or 'not said', 40)}",
        f"*Identifier*\n{mrkdwn.code(facts.bundle_id or '?')}",
        f"*Came from*\n{mrkdwn.person(card.created_by)} {mrkdwn.moment(card.created_at)}",
    ]
    if signing.kind:
        expires = f", profile until {signing.expires_at:%d %B %Y}" if signing.expires_at else ""
        late = signing.expires_at is not None and signing.expires_at < datetime.now(UTC)
        warning = " :warning: expired" if late else ""
        fields.append(f"*Signing*\n{signing.kind}{expires}{warning}")
    elif signing.schemes:
        fields.append(f"*Signing*\n{', '.join(signing.schemes)}")
    return fields


def _notes(card: ReleaseCard) -> list[Block]:
    if not card.notes:
        return [blocks.context("No release notes.")]
    return [blocks.section(f"*Notes*\n{mrkdwn.from_markdown(card.notes, 2800)}")]


def _reach(card: ReleaseCard) -> list[Block]:
    if not card.acts:
        return [blocks.context(f"Nobody has it yet: {example(f'distribute {card.app_name}')}")]
    rows = [_act(act) for act in card.acts[-8:]]
    waiting = card.counts.get(DeliveryState.WAITING, 0)
    rows.append(
        f"{card.reached} of {card.people} people have it"
        + (f", {waiting} are being told." if waiting else ".")
    )
    shown: list[Block] = [blocks.section("*Distributed*\n" + "\n".join(rows))]
    if card.undelivered:
        named = "\n".join(
            f"• {mrkdwn.plain(one.name, 80)}: {mrkdwn.plain(one.reason, 150)}"
            for one in card.undelivered[:15]
        )
        rest = len(card.undelivered) - 15
        more = f"\n… and {rest} more" if rest > 0 else ""
        shown.append(blocks.section(f":warning: *Could not be told*\n{named}{more}"))
    return shown


def _act(act: Act) -> str:
    where = [mrkdwn.plain(group.name, 64) for group in act.groups]
    if act.singles:
        where.append("1 person" if act.singles == 1 else f"{act.singles} people")
    extras = [word for word, on in (("mandatory", act.mandatory), ("silent", not act.notify)) if on]
    suffix = f" ({', '.join(extras)})" if extras else ""
    return f"• {mrkdwn.person(act.by)} to {', '.join(where)}{suffix}, {mrkdwn.moment(act.at)}"


def _changes(card: ReleaseCard) -> list[Block]:
    if card.previous is None or not card.changes:
        return []
    rows = "\n".join(
        f"{':rotating_light:' if change.loud else '•'} {mrkdwn.plain(change.sentence, 300)}"
        for change in card.changes[:12]
    )
    return [blocks.section(f"*Since {mrkdwn.plain(card.previous, 80)}*\n{rows}")]


def testers(sheets: Sequence[TesterSheet]) -> Message:
    """Return every tester with their groups."""
    if not sheets:
        teach = example("groups add QA @somebody")
        text = f"There is no tester yet. Put people in a group: {teach}"
        return Message(text="No testers yet", blocks=[blocks.section(text)])
    rows = "\n".join(f"• {_tester(sheet)}" for sheet in sheets)
    return Message(
        text=f"Testers: {len(sheets)}",
        blocks=[
            blocks.section("*Testers*"),
            *(blocks.section(piece) for piece in mrkdwn.pieces(rows, blocks.SECTION_TEXT)[:20]),
            blocks.context("Members of Slack user groups join when a release is sent to them."),
        ],
    )


def _tester(sheet: TesterSheet) -> str:
    known = sheet.tester
    who = mrkdwn.person(known.slack_id) if known.slack_id else mrkdwn.plain(known.name, 80)
    inside = ", ".join(mrkdwn.plain(name, 64) for name in sheet.groups) or "no group"
    gone = "" if known.active else " · account deactivated"
    return f"{who} · {inside}{gone}"
