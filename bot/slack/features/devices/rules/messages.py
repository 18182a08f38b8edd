"""What people read about rules and limits."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import rows
from bot.slack.kit.verbs import example
from provisioning.devices.policies import RuleLine
from storage.records.device_policy import ApprovalSubject, DevicePolicy

CHANGED = f"{words.DONE} It counts from now on."
#: By what was typed, and whether it was news.
RULED = {
    ("add", True): f"{words.DONE} Their devices need no approval from now on.",
    ("add", False): "That was so already.",
    ("drop", True): f"{words.DONE} Their devices wait for approval again.",
    ("drop", False): "There was no such rule.",
}


def decided(policy: DevicePolicy, rules: Sequence[RuleLine], said: str = "") -> Message:
    """Return all that is decided beforehand; *said* is what was just changed."""
    shown: list[Block] = [blocks.section(said)] if said else []
    where = (
        f"in {mrkdwn.channel(policy.channel_id)}"
        if policy.channel_id
        else "from each admin and release manager by direct message"
    )
    shown.append(
        blocks.section(
            "*What is decided beforehand about devices*\n"
            f"• A person has at most {policy.per_person} devices; each more takes an admin.\n"
            f"• The last {policy.reserve} places of each family take an admin.\n"
            f"• Approvals are asked for {where}."
        )
    )
    if rules:
        shown.append(blocks.section("*Needs no approval*, within these limits"))
        shown += rows([_line(rule) for rule in rules])
    else:
        shown.append(blocks.section("Every device that would take a place waits for approval."))
    shown.append(
        blocks.context(
            f"Rules: {example('devices rules add QA')} {example('devices rules drop everybody')}",
            f"Limits: {example('devices limits person 3 reserve 10 channel #managers')}",
        )
    )
    return Message(text=said or "Rules for devices", blocks=shown)


def _line(rule: RuleLine) -> str:
    if rule.subject is ApprovalSubject.EVERYBODY:
        return "Devices of everybody"
    if rule.subject is ApprovalSubject.GROUP:
        return f"Devices of the group *{mrkdwn.plain(rule.name, 64)}*"
    named = mrkdwn.person(rule.slack_id) if rule.slack_id else mrkdwn.plain(rule.name, 80)
    return f"Devices of {named}"


def absent(channel_id: str) -> str:
    """Return what to do about a channel that the app is not in."""
    where = mrkdwn.channel(channel_id)
    return f"{words.WARNING} I am not in {where} yet: type `/invite @slipway` there."
