"""The card of an upload: being read, refused, waiting for its app, and then its release."""

from collections.abc import Sequence

from bot.slack.drawing import mandatory, notes, pending, siblings, verdicts, warnings, words
from bot.slack.drawing.actors import who
from bot.slack.drawing.notes import WithNotes
from bot.slack.drawing.releases import (
    ENDED,
    about_phones,
    disabled_by,
    more,
    reached_in_short,
    seen,
    tagged,
)
from bot.slack.drawing.titles import plain_title, short_title_of, title_of
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import row
from bot.slack.kit.verbs import example
from provisioning.installing.readiness import NOT_COUNTED, Readiness
from provisioning.installing.receipts import Tally
from provisioning.intake.admission import NO_UPLOADING_APP, NOT_AN_UPLOADER
from provisioning.releases.cards import BuildCard, ReleaseCard, SymbolsCard, UploadCard
from provisioning.releases.lifecycle import Standing
from provisioning.releases.titles import title_of_card
from storage.inspection.diff import Change
from storage.inspection.facts import Facts
from storage.inspection.sizes import human
from storage.records.release import ReleaseState
from storage.records.upload import UploadState

CHANGES = 12
SENTENCE = 300
#: Where all of the notes are before there is a release.
IN_THE_MESSAGE = "in the message that brought the file"

_OPEN = frozenset(
    {
        *(Standing.DRAFT, Standing.AWAITING_APPROVAL, Standing.LIVE),
        *(Standing.SUPERSEDED, Standing.WITHDRAWN),
    }
)
#: Somebody has a release that stands so, or may.
_GIVEN = frozenset({Standing.LIVE, Standing.SUPERSEDED})


def reading(card: UploadCard) -> Message:
    """Return what stands in the thread while a file is fetched and read."""
    name = mrkdwn.code(card.file_name or "the file", 100)
    if card.state is UploadState.INSPECTING:
        text = f"{words.READING} Reading what is in {name} …"
    elif card.received_bytes and card.size:
        share = min(card.received_bytes / card.size, 1)
        size = f"{human(card.received_bytes)} of {human(card.size)}"
        text = f"{words.READING} Fetching {name}: {share:.0%} ({size}) …"
    else:
        size = f" ({human(card.size)})" if card.size else ""
        text = f"{words.READING} Reading {name}{size} …"
    return Message(text=text, blocks=(blocks.section(text),))


def refused(card: UploadCard) -> Message:
    """Return why a file was not taken in."""
    name = mrkdwn.code(card.file_name or "The file", 100)
    reason = mrkdwn.sentence(card.reason or "It could not be read.")
    for begun, whom in ((NOT_AN_UPLOADER, "@somebody"), (NO_UPLOADING_APP, "@the-app")):
        if card.reason.startswith(begun):
            reason = f"{reason} They type {example(f'roles give uploader {whom}')}."
    text = f"{words.REFUSED} {name} was not taken in. {reason}"
    return Message(text=text, blocks=(blocks.section(text),))


def only_a_link(name: str) -> Message:
    """Return what to do with a build that somebody wrote the address of."""
    text = (
        f"{mrkdwn.code(name, 100)} is only a link, which I do not follow: download it and post the "
        "file itself here to make a release of it."
    )
    return Message(text=text, blocks=(blocks.section(text),))


def symbols(card: UploadCard, found: SymbolsCard) -> Message:
    """Return what is said of symbols that were kept."""
    name = mrkdwn.code(card.file_name or found.file_name, 100)
    belongs = (
        f"They belong to {mrkdwn.plain(found.version, 60)}."
        if found.version
        else "The build they belong to has not been here yet."
    )
    text = f"{words.DONE} {name}: symbols ({human(found.size)}) are kept. {belongs}"
    return Message(text=text, blocks=(blocks.section(text),))


def unclaimed(card: UploadCard, build: BuildCard, icon: str | None) -> Message:
    """Return the card of a build whose app is not known: none was created, or there are several."""
    if card.choices:
        return _undecided(card, build, icon)
    about = _title(build)
    bundle = mrkdwn.code(build.facts.bundle_id or "without an identifier", 120)
    hint = (
        f":sparkles: *New app.* {bundle} for {words.platform(build.facts)} has not been here "
        "before. Create its app to distribute this build; later ones will find it by themselves."
    )
    return Message(
        text=f"{about} for {words.platform(build.facts)}: new app, waiting to be created",
        blocks=(
            _headline(f"*{about}*", build, icon),
            *warnings.warnings(build),
            *warnings.remarks(build),
            blocks.section(hint),
            *_notes(card, "Proposed notes", IN_THE_MESSAGE),
            blocks.context(f"{words.READING} Waiting for its app · from {_origin(card)}"),
            blocks.actions(
                blocks.button(
                    "Create app…",
                    names.CREATE_APP,
                    names.value_of(card.upload_id),
                    style="primary",
                )
            ),
        ),
    )


def _undecided(card: UploadCard, build: BuildCard, icon: str | None) -> Message:
    """Return the card of a build that may belong to several apps."""
    about = _title(build)
    bundle = mrkdwn.code(build.facts.bundle_id or "", 120)
    choice = blocks.external_choice(names.CHOOSE_APP, placeholder="Choose its app", several=False)
    return Message(
        text=f"{about} for {words.platform(build.facts)}: which app is it?",
        blocks=(
            _headline(f"*{about}*", build, icon),
            *warnings.warnings(build),
            *warnings.remarks(build),
            blocks.section(f"Several apps share {bundle}. Which one is this build for?"),
            *_notes(card, "Proposed notes", IN_THE_MESSAGE),
            blocks.context(f"{words.READING} Waiting for its app · from {_origin(card)}"),
            blocks.actions(choice, block_id=names.value_of(card.upload_id)),
        ),
    )


def choices(card: UploadCard, typed: str) -> list[Block]:
    """Return the apps that a build may belong to and that fit what was typed, as options."""
    needle = typed.strip().casefold()
    fitting = [
        one
        for one in card.choices
        if needle in one.display_name.casefold() or needle in one.name.casefold()
    ]
    return [
        blocks.option(one.display_name, names.value_of(card.upload_id, one.app_id), one.name)
        for one in fitting[: blocks.OPTIONS]
    ]


def release(
    card: UploadCard,
    release: ReleaseCard,
    icon: str | None,
    readiness: Readiness = NOT_COUNTED,
    tally: Tally | None = None,
) -> Message:
    """
    Return the card of a release, in the thread of the file that brought it.

    *readiness* says how many of those who were given it can install it, *tally* what was seen.
    """
    sign, word = words.RELEASE[release.standing]
    return Message(
        text=f"{title_of(release)}: release {release.number}, {word.lower()}",
        blocks=(
            *_again(card, release),
            *disabled_by(release),
            _headline(f"*{short_title_of(release)}*", release.build, icon),
            *warnings.warnings(release.build),
            *warnings.unregistered(release),
            *warnings.loud(release.changes),
            *warnings.remarks(release.build),
            *_changes(release),
            *siblings.lines(release),
            *pending.lines(release),
            *_tags(release),
            *_notes(
                release,
                "Notes" if release.sent else "Proposed notes",
                notes.in_full(release),
            ),
            *mandatory.lines(release),
            *verdicts.count(readiness),
            *seen(tally, release.build),
            blocks.context(
                f"{sign} *{word}* · release {release.number}{_reach(release)} · "
                f"from {_origin(card)}{_whose(release)}"
            ),
            *_buttons(release),
            *_other_tracks(card, release),
        ),
    )


def _other_tracks(card: UploadCard, release: ReleaseCard) -> tuple[Block, ...]:
    """Return where to let a draft move to another app of its program, where there is one."""
    if release.standing is not Standing.DRAFT or not card.choices:
        return ()
    choice = blocks.external_choice(
        names.CHOOSE_APP, placeholder="Move to another track", several=False
    )
    return (blocks.actions(choice, block_id=names.value_of(card.upload_id)),)


def _origin(card: UploadCard) -> str:
    """Return who brought a build, and what it was taken out of."""
    if not card.entry:
        return who(card.by)
    return f"{who(card.by)}, {mrkdwn.code(card.entry, 120)} in {mrkdwn.code(card.file_name, 100)}"


def _again(card: UploadCard, release: ReleaseCard) -> tuple[Block, ...]:
    if not card.again:
        return ()
    text = f":repeat: This very file is already here as release {release.number}."
    return (blocks.section(text),)


def _title(build: BuildCard) -> str:
    """Return what a build calls itself that is no release yet."""
    return f"{mrkdwn.plain(build.name, 80)} {mrkdwn.plain(words.version(build.facts), 60)}"


def _headline(title: str, build: BuildCard, icon: str | None) -> Block:
    facts = build.facts
    first = [words.platform(facts), words.size(build), mrkdwn.plain(words.system(facts), 60)]
    lines = [title, _joined(first), _joined(_signing(facts))]
    text = "\n".join(line for line in lines if line)
    picture = blocks.image(icon, f"Icon of {build.name}") if icon else None
    return blocks.section(text, accessory=picture)


def _signing(facts: Facts) -> list[str]:
    signing = facts.signing
    parts = [words.SIGNING.get(signing.kind or "", "")]
    if facts.platform == "android":
        parts.append(
            "signed (" + mrkdwn.plain(", ".join(signing.schemes), 60) + ")"
            if signing.schemes
            else ""
        )
    if signing.expires_at is not None:
        when = mrkdwn.moment(signing.expires_at, "{date_short}")
        parts.append(f"profile until {when}")
    if signing.devices:
        parts.append(f"{len(signing.devices)} devices")
    # Times are ours and already escaped; the rest are words of ours and numbers.
    return parts


def _changes(release: ReleaseCard) -> tuple[Block, ...]:
    if release.previous is None:
        return (blocks.context(":seedling: The first build of this app."),)
    before = mrkdwn.plain(release.previous, 80)
    quiet = [change for change in release.changes if not change.loud]
    return (blocks.section(f"*Compared with {before}*\n{_listed(quiet)}"),)


def _listed(changes: Sequence[Change]) -> str:
    if not changes:
        return "Nothing else changed on the outside."
    lines = [f"• {mrkdwn.plain(change.sentence, SENTENCE)}" for change in changes[:CHANGES]]
    if len(changes) > CHANGES:
        lines.append(f"… and {len(changes) - CHANGES} more")
    return "\n".join(lines)


def _notes(card: WithNotes, title: str, rest: str) -> tuple[Block, ...]:
    if not card.notes.strip():
        return ()
    said = notes.beginning(card.notes, notes.CARD, rest, card.notes_kind)
    return (blocks.section(f"*{title}*\n{said}"),)


def _tags(release: ReleaseCard) -> tuple[Block, ...]:
    return (blocks.context(tagged(release.tags)),) if release.tags else ()


def _reach(release: ReleaseCard) -> str:
    if not release.sent:
        return ""
    groups = [chip.name for act in release.sent for chip in act.groups]
    where = row([mrkdwn.plain(name, 40) for name in dict.fromkeys(groups)])
    said = [reached_in_short(release), about_phones(release), where]
    return "".join(f" · {one}" for one in said if one)


def _whose(release: ReleaseCard) -> str:
    if release.standing in ENDED and release.ended_by:
        why = f": {mrkdwn.plain(release.ended_why, 300)}" if release.ended_why else ""
        return f" · {release.standing.value} by {who(release.ended_by)}{why}"
    if release.sent:
        last = release.sent[-1]
        return f" · by {who(last.by)} {mrkdwn.moment(last.at)}"
    return ""


def _buttons(release: ReleaseCard) -> tuple[Block, ...]:
    if release.standing is Standing.DISMISSED:
        value = names.value_of(release.release_id)
        return (blocks.actions(blocks.button("Undo", names.RESTORE, value)),)
    if release.standing is Standing.DISABLED:
        return (blocks.actions(*_disabled_buttons(release)),)
    if release.standing not in _OPEN:
        return ()
    return (blocks.actions(*_open_buttons(release)),)


def _disabled_buttons(release: ReleaseCard) -> list[Block]:
    own = names.value_of(release.release_id)
    found = [blocks.button("Enable", names.ENABLE, own, style="primary")]
    if release.state is ReleaseState.LIVE:
        found.append(blocks.button("Recall…", names.RECALL, own))
    return [*found, more(release)]


def _open_buttons(release: ReleaseCard) -> list[Block]:
    usual = release.usual_group
    own = names.value_of(release.release_id)
    given = {chip.id for act in release.sent for chip in act.groups}
    label = "Distribute…" if not release.sent else "Send to another group…"
    found: list[Block] = []
    if usual is not None and usual.id not in given:
        found.append(_usual_button(release, usual.id, usual.name))
    style = "primary" if not found and not release.sent else None
    found.insert(0, blocks.button(label, names.DISTRIBUTE, own, style=style))
    if release.standing is Standing.LIVE and release.silent:
        found.append(_tell_button(release, own))
    if release.standing is Standing.DRAFT:
        found.append(blocks.button("Dismiss", names.DISMISS, own))
    if release.standing is Standing.SUPERSEDED:
        found.append(blocks.button("Roll back to it…", names.ROLLBACK, own))
    if release.standing in _GIVEN:
        found.append(blocks.button("Who has it", names.WHO, own))
        found.append(blocks.button("Mandatory…", names.MANDATORY, own))
        found.append(blocks.button("Recall…", names.RECALL, own))
    return [*found, more(release)]


def _tell_button(release: ReleaseCard, value: str) -> Block:
    told = words.people(release.silent)
    return blocks.button(
        "Tell them now",
        names.TELL_NOW,
        value,
        confirm=blocks.confirm(
            "Tell them now?",
            f"{told} may install it and heard nothing of it. Each gets a direct message.",
            "Tell them",
        ),
    )


def _usual_button(release: ReleaseCard, group_id: str, name: str) -> Block:
    short = mrkdwn.cut(name, 40)
    app = plain_title(title_of_card(release))
    warned = warnings.sentences(release)
    marks = (str(release.revision), group_id, *([names.WARNED] if warned else ()))
    text = f"{app} goes to everybody in {short}; each is told by direct message."
    return blocks.button(
        f"Distribute to {short}",
        names.DISTRIBUTE_USUAL,
        names.value_of(release.release_id, *marks),
        style=None if warned else "primary",
        confirm=blocks.confirm(
            f"Distribute to {short}?",
            " ".join((*warned, text)),
            "Distribute",
            style="danger" if warned else None,
        ),
    )


def _joined(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)
