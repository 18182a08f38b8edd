"""What people read about whose approval groups need."""

from bot.slack.drawing.approvals import lifetime, takes
from bot.slack.kit import blocks
from bot.slack.kit.blocks import Block
from bot.slack.kit.verbs import example
from provisioning.distributing.needs import ApprovalNeed
from storage.records.group import Group


def shown(need: ApprovalNeed | None) -> tuple[Block, ...]:
    """Return what a group needs, for its sheet; nothing where it needs nothing."""
    if need is None:
        return ()
    text = f"{takes(need)}, and never of the one who asks. A request lives for "
    return (blocks.section(f"*Approval*\n{text}{lifetime(need.hours)}."),)


def how(group: Group, need: ApprovalNeed | None) -> str:
    """Return how to say whose approval a group needs."""
    now = "needs no approval" if need is None else f"needs an approval: {example(_off(group))}"
    change = example(f"groups approval {group.slug} by managers 2 within 3d")
    return f"It {now}. An admin says who gives it: {change}"


def _off(group: Group) -> str:
    return f"groups approval {group.slug} off"


def changed(need: ApprovalNeed, *, is_new: bool) -> str:
    """Return what a group needs from now on."""
    return f"From now on, {takes(need)}." if is_new else f"{takes(need)}, as before."


def lifted(*, is_new: bool) -> str:
    if not is_new:
        return "It needed no approval before, either."
    return "It needs no approval any more. What waited for it alone goes out now."
