"""Lists of apps and releases, and one release in full."""

from collections.abc import Sequence
from datetime import datetime

from bot.slack.drawing import mandatory, notes, pending, verdicts, warnings, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.releases import (
    about_phones,
    disabled_by,
    is_open,
    line,
    more,
    opened,
    phones,
    reached,
    state_of,
    tagged,
)
from bot.slack.drawing.titles import plain_title, title_of
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import row, rows
from bot.slack.kit.verbs import closest, example
from provisioning.installing.readiness import NOT_COUNTED, Readiness
from provisioning.installing.receipts import Tally
from provisioning.people.testers import TesterList, TesterSheet
from provisioning.releases.cards import ActCard, AppLine, ReachLine, ReleaseCard
from provisioning.releases.lifecycle import SENTENCES
from provisioning.releases.titles import title_of_card
from storage.records.distribution import RecipientState

NO_APPS = (
    "There is no app yet. Post an `.ipa` or `.apk` in a channel I am in (`/invite @slipway`); its "
    "card offers to create the app."
)
#: So many acts of distributing are shown, the last ones, each with as many groups as fit.
ACTS, ACT = 8, 150
#: So many changes are shown, each of at most 300 characters.
CHANGES = 9
#: A draft has no install page yet, and whoever sees every release was not given each.
ON_A_PAGE = "*Distribute…* on its card, then *Edit on a page…*"
#: For whoever sees every release and distributes none.
WITH_MANAGERS = "a release manager can open all of them"
NOTHING_GIVEN = (
    "You were not given a release yet. When you are, I send you a message with an install link."
)


def listed(title: str, lines: Sequence[ReachLine], hint: str) -> Message:
    """Return releases one a line; *hint* is what to do when there is none."""
    named = mrkdwn.plain(title, 150)
    if not lines:
        return Message(text=hint, blocks=[blocks.section(f"*{named}*\n{hint}")])
    first = lines[0].release
    more = example(f"show {first.app_name} {first.number}")
    return Message(
        text=f"{named}: {len(lines)}",
        blocks=[
            blocks.section(f"*{named}*"),
            *rows([line(one) for one in lines]),
            blocks.context(f"One of them in full: {more}"),
        ],
    )


def no_such_tag(tag: str, known: Sequence[str]) -> str:
    """Return what to say where nothing has a tag, with what there is."""
    if not known:
        return f"Nothing is tagged yet. Tag a release: {example(f'tag harbour 2.4.0 {tag}')}"
    meant = closest(tag, known)
    hint = f"Did you mean `tag:{meant}`?" if meant else f"There are: {', '.join(known[:30])}."
    return f"Nothing is tagged “{tag}”. {hint}"


def apps(cards: Sequence[AppLine]) -> Message:
    """Return every app with its newest release."""
    if not cards:
        return Message(text="No apps yet", blocks=[blocks.section(NO_APPS)])
    return Message(
        text=f"Apps: {len(cards)}",
        blocks=[
            blocks.section("*Apps*"),
            *rows([_app(card) for card in cards]),
            blocks.context(f"Releases of one: {example(f'list {cards[0].app.name}')}"),
        ],
    )


def _app(card: AppLine) -> str:
    app = card.app
    newest = (
        f"newest {mrkdwn.plain(card.latest.label, 80)}, {state_of(card.latest)}"
        if card.latest
        else "no release yet"
    )
    platform = (
        card.latest.system if card.latest else words.PLATFORMS.get(app.platform, app.platform)
    )
    named = f"`{app.name}` *{mrkdwn.plain(app.display_name, 80)}*"
    return f"{named} · {platform} · {mrkdwn.code(app.bundle_id)} · {newest}"


def full(
    card: ReleaseCard,
    *,
    with_reach: bool,
    distributes: bool = False,
    tally: Tally | None = None,
    readiness: Readiness = NOT_COUNTED,
    link: str = "",
) -> Message:
    """
    Return one release with its facts, its notes and, *with_reach*, how far it went.

    Whoever *distributes* reads how; a *tally* says what the phones did, *readiness* how many can
    install it.
    """
    sign, _ = words.RELEASE[card.standing]
    return Message(
        text=f"{title_of(card)}, release {card.number}",
        blocks=[
            blocks.header(plain_title(title_of_card(card))),
            blocks.section(f"Release {card.number} · {sign} {SENTENCES[card.standing]}"),
            *disabled_by(card),
            *warnings.warnings(card.build),
            *(warnings.unregistered(card) if distributes else ()),
            blocks.fields(*_fields(card)),
            *_notes(card, _where_notes_are(with_reach=with_reach, distributes=distributes)),
            *(_reach(card, tally, distributes=distributes) if with_reach else ()),
            *(pending.lines(card) if distributes else ()),
            *mandatory.lines(card),
            *verdicts.count(readiness),
            *warnings.remarks(card.build, warnings.REMARKS_IN_FULL),
            *_changes(card),
            *([blocks.actions(more(card))] if distributes and is_open(card.standing) else ()),
            *((blocks.context(f"Link to its card: {mrkdwn.link(link, link)}"),) if link else ()),
        ],
    )


def _fields(card: ReleaseCard) -> list[str]:
    facts, signing = card.build.facts, card.build.facts.signing
    fields = [
        f"*Platform*\n{words.platform(facts)}",
        f"*Size*\n{words.size(card.build)}",
        f"*Runs on*\n{mrkdwn.plain(words.system(facts) or 'not said', 60)}",
        f"*Identifier*\n{mrkdwn.code(facts.bundle_id or '?')}",
        f"*Came from*\n{who(card.created_by)}, {mrkdwn.moment(card.created_at)}",
    ]
    if signing.kind:
        kind = words.SIGNING.get(signing.kind) or mrkdwn.plain(signing.kind, 40)
        fields.append(f"*Signing*\n{kind}{_expiry(signing.expires_at)}")
    elif signing.schemes:
        fields.append(f"*Signing*\n{mrkdwn.plain(', '.join(signing.schemes), 100)}")
    if card.tags:
        fields.append(f"*Tags*\n{tagged(card.tags)}")
    return fields


def _expiry(expires_at: datetime | None) -> str:
    return f", profile until {mrkdwn.moment(expires_at, '{date}')}" if expires_at else ""


def _notes(card: ReleaseCard, rest: str) -> list[Block]:
    if not card.notes.strip():
        return [blocks.context("No release notes.")]
    shown = notes.sections(card.notes, notes.SHEET, rest, card.notes_kind)
    return [blocks.section("*Notes*"), *shown]


def _where_notes_are(*, with_reach: bool, distributes: bool) -> str:
    if distributes:
        return ON_A_PAGE
    return WITH_MANAGERS if with_reach else "on its install page"


def _reach(card: ReleaseCard, tally: Tally | None, *, distributes: bool) -> list[Block]:
    if not card.sent:
        how = f": {example(f'distribute {card.app_name}')}" if distributes else "."
        return [blocks.context(f"Nobody has it yet{how}")]
    earlier = len(card.sent) - ACTS
    lines = [f"… {earlier} earlier"] if earlier > 0 else []
    lines += [_act(act) for act in card.sent[-ACTS:]]
    waiting = card.counts.get(RecipientState.WAITING, 0)
    lines.append(reached(card) + (f", {waiting} waiting to be told." if waiting else "."))
    if phones_wait := about_phones(card):
        lines.append(f"{phones_wait[:1].upper()}{phones_wait[1:]}.")
    if tally is not None:
        lines.append(opened(tally) if card.build.link is not None else phones(tally))
    shown: list[Block] = [blocks.section("*Distributed*\n" + "\n".join(lines))]
    if card.unreached:
        named = "\n".join(
            f"• {mrkdwn.plain(one.name, 80)}: {mrkdwn.sentence(one.reason, 150)}"
            for one in card.unreached[:15]
        )
        rest = card.counts.get(RecipientState.UNREACHABLE, 0) - 15
        more = f"\n… and {rest} more" if rest > 0 else ""
        shown.append(blocks.section(f":warning: *Could not be told*\n{named}{more}"))
    return shown


def _act(act: ActCard) -> str:
    where = [mrkdwn.plain(group.name, 64) for group in act.groups]
    if act.singles:
        where.append(words.people(act.singles))
    extras = [word for word, on in (("mandatory", act.mandatory), ("silent", not act.notify)) if on]
    suffix = f" ({', '.join(extras)})" if extras else ""
    return f"• {who(act.by)} to {row(where, ACT)}{suffix}, {mrkdwn.moment(act.at)}"


def _changes(card: ReleaseCard) -> list[Block]:
    if card.previous is None or not card.changes:
        return []
    lines = "\n".join(
        f"{':rotating_light:' if change.loud else '•'} {mrkdwn.plain(change.sentence, 300)}"
        for change in card.changes[:CHANGES]
    )
    rest = len(card.changes) - CHANGES
    more = f"\n… and {rest} more" if rest > 0 else ""
    return [blocks.section(f"*Since {mrkdwn.plain(card.previous, 80)}*\n{lines}{more}")]


def testers(known: TesterList) -> Message:
    """Return testers with their groups, as many as there is room for."""
    if not known.count:
        teach = example("groups add QA @somebody")
        text = f"There is no tester yet. Put people in a group: {teach}"
        return Message(text="No testers yet", blocks=[blocks.section(text)])
    return Message(
        text=f"Testers: {known.count}",
        blocks=[
            blocks.section("*Testers*"),
            *rows([_tester(sheet) for sheet in known.first], count=known.count),
            blocks.context("Members of Slack user groups join when a release is sent to them."),
        ],
    )


def revoked_of(address: str, *, held: bool) -> Message:
    """Return what was done about the page of somebody without Slack."""
    whose = mrkdwn.plain(address, 254)
    text = (
        f"The page of {whose} leads nowhere any more. For another one they ask to join once more: "
        f"{example('invite list')}"
        if held
        else f"{whose} had no page whose address holds."
    )
    return Message(text=text, blocks=(blocks.section(text),))


def revoked(slack_id: str, *, held: bool) -> Message:
    """Return what is said when the link to somebody's own page was taken back."""
    who = mrkdwn.person(slack_id)
    said = (
        f"The link to the page of {who} leads nowhere any more. Their Home tab gets a new one."
        if held
        else f"{who} had no link that holds. Their Home tab has one when they open it."
    )
    take = example("recall harbour 2.4.0 from @bob because …")
    hint = f"Install links that they were sent hold on; {take} takes a release from them."
    blocks_ = [blocks.section(said), blocks.context(hint)]
    return Message(text=said, blocks=blocks_)


def _tester(sheet: TesterSheet) -> str:
    known = sheet.tester
    who = mrkdwn.person(known.slack_id) if known.slack_id else mrkdwn.plain(known.name, 80)
    if known.slack_id is None and known.email not in {None, known.name}:
        who += f" ({mrkdwn.plain(known.email or '', 254)})"
    inside = row([mrkdwn.plain(name, 64) for name in sheet.groups]) or "no group"
    gone = "" if known.active else " · account deactivated"
    return f"{who} · {inside}{gone}"
