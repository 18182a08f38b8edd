"""What people read about teams at Apple."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn, names
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.verbs import example
from provisioning.devices.team_findings import findings, how_it_does
from provisioning.devices.team_report import AppleTeamCard, AppleTeamReport
from provisioning.wording import day
from storage.records.apple_invitation import ApplePurpose
from storage.records.base import now

NO_TEAM = (
    "*No team at Apple is connected.* With one, Slipway registers the devices of testers, makes "
    "profiles and signs builds anew for them, with nobody at a Mac."
)
HOW = (
    "*What it takes*\n"
    "1. In App Store Connect, as an Admin: *Users and Access*, *Integrations*, *App Store Connect "
    "API*, *Team Keys*. Make one with the access *Admin*, and download it: Apple gives it out "
    "once.\n"
    "2. Press *Connect…* and enter it on a page of your own. No key or password passes through "
    "Slack."
)
PROMISE = "Slipway never revokes a certificate and never removes a device by itself."

LINKS: dict[ApplePurpose, tuple[str, str]] = {
    ApplePurpose.CONNECT: (
        "Enter the key on this page, and the certificate if you have one.",
        "Connect a team",
    ),
    ApplePurpose.ROTATE: ("Enter the new key on this page.", "Change the key"),
    ApplePurpose.CERTIFY: (
        "Let Slipway make a certificate on this page, or bring a p12.",
        "Get a certificate",
    ),
}
YOURS = "The link is for you alone, works once, and for 30 minutes. Do not pass it on."

WHAT_FOLLOWS = (
    "Its key is destroyed here: no device is registered and no profile made for it any more, and "
    "what waits for it is forgotten. Nothing changes at Apple; revoke the key there as well. What "
    "was signed stays."
)


def status(reports: Sequence[AppleTeamReport]) -> Message:
    """Return how each team does, and what to look after; without a team, how to begin."""
    connect = blocks.button("Connect…", names.APPLE_CONNECT, names.value_of("new"))
    if not reports:
        shown = [blocks.section(NO_TEAM), blocks.section(HOW), blocks.actions(connect)]
        return Message(
            text="No team at Apple is connected", blocks=[*shown, blocks.context(PROMISE)]
        )
    told = [block for report in reports for block in _team(report)]
    return Message(
        text=f"Teams at Apple: {len(reports)}",
        blocks=[
            *told,
            blocks.context(
                f"Another key: {example('apple rotate')}",
                f"Another team: {example('apple connect')}",
                f"When it renews: {example('apple renewal 2027-03-01')}",
            ),
        ],
    )


def _team(report: AppleTeamReport) -> list[Block]:
    card, at = report.card, now()
    ids = [mrkdwn.code(card.team_id)] if card.team_id else []
    head = " · ".join([f"*{_called(card)}*", *ids, f"key {mrkdwn.code(card.key_id)}"])
    lines = [head]
    if not report.complaint:
        lines.append(mrkdwn.sentence(how_it_does(report)))
    if report.usable and report.usable[0].expires_at > at:
        best = report.usable[0]
        name = mrkdwn.plain(best.name, 120)
        lines.append(f"Signs with {name}, until {day(best.expires_at)}.")
    if card.renews_on is not None:
        lines.append(f"The membership renews on {day(card.renews_on)}.")
    found = [
        blocks.section(
            f"{words.REFUSED if one.stops else words.WARNING} {mrkdwn.sentence(one.found)}\n"
            f"{mrkdwn.sentence(one.to_do)}"
        )
        for one in findings(report, at)
    ]
    return [blocks.section("\n".join(lines)), *found]


def link(purpose: ApplePurpose, url: str) -> Message:
    """Return the link to the page; whoever reads it may use it."""
    sentence, label = LINKS[purpose]
    return Message(
        text=sentence,
        blocks=[
            blocks.section(sentence),
            blocks.actions(blocks.button(label, names.APPLE_OPEN, style="primary", url=url)),
            blocks.context(YOURS),
        ],
    )


def leaving(card: AppleTeamCard) -> Message:
    """Return the question before a team is disconnected."""
    text = f"*{_called(card)}* is connected with the key {mrkdwn.code(card.key_id)}."
    question = blocks.confirm(
        f"Disconnect {card.called}?", WHAT_FOLLOWS, "Disconnect", style="danger"
    )
    button = blocks.button(
        "Disconnect…",
        names.APPLE_DISCONNECT,
        names.value_of(card.id),
        style="danger",
        confirm=question,
    )
    return Message(
        text="Disconnect a team at Apple",
        blocks=[blocks.section(text), blocks.section(WHAT_FOLLOWS), blocks.actions(button)],
    )


def left(card: AppleTeamCard) -> Message:
    text = (
        f"{words.DONE} *{_called(card)}* is disconnected, and its key destroyed here. Revoke the "
        f"key {mrkdwn.code(card.key_id)} in App Store Connect as well."
    )
    return Message(text=text, blocks=[blocks.section(text)])


def renewed(card: AppleTeamCard) -> Message:
    when = day(card.renews_on) if card.renews_on else "a day that nobody said"
    text = f"{words.DONE} The membership of *{_called(card)}* renews on {when}."
    return Message(text=text, blocks=[blocks.section(text)])


def _called(card: AppleTeamCard) -> str:
    return mrkdwn.plain(card.called, 80)
