"""What is said of products."""

from collections.abc import Sequence

from bot.slack.drawing import words
from bot.slack.kit import blocks, mrkdwn
from bot.slack.kit.blocks import Block, Message
from bot.slack.kit.lists import row
from bot.slack.kit.verbs import example
from provisioning.releases.products import ProductSheet, platform_name
from storage.records.app import App

#: So many products are listed.
SHOWN = 20
NONE = (
    "Every app goes out by itself so far. Two apps of one program, for iPhones and for Android "
    f"phones, are one product: {example('products pair harbour harbour-android')}"
)
MEANS = (
    "Releases of the same version go out together: one order, one message for whoever has both, "
    "and one link that knows the phone. Each keeps its own release number, links and receipts."
)


def every(found: Sequence[ProductSheet]) -> Message:
    """Return the products with their apps."""
    if not found:
        return _section(f":jigsaw: {NONE}")
    shown: list[Block] = [
        blocks.section(f"*{mrkdwn.plain(one.name, 80)}*: {_parts(one)}") for one in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        shown.append(blocks.context(f"… and {len(found) - SHOWN} more products"))
    shown.append(blocks.context(MEANS))
    return Message(text="Products", blocks=shown)


def paired(sheet: ProductSheet) -> Message:
    """Return that apps are one product."""
    text = f"{words.DONE} *{mrkdwn.plain(sheet.name, 80)}* is one product: {_parts(sheet)}."
    return Message(text=text, blocks=(blocks.section(text), blocks.context(MEANS)))


def unpaired(app: App, sheet: ProductSheet) -> Message:
    """Return that an app left its product, and what is left of that."""
    name = mrkdwn.plain(sheet.name, 80)
    left = f"*{name}* is {_parts(sheet)}." if sheet.parts else f"The product *{name}* is gone."
    return _section(f"{words.DONE} {_one(app)} goes out by itself again. {left}")


def alone(app: App) -> Message:
    """Return that an app is in no product."""
    return _section(f"{words.DONE} {_one(app)} goes out by itself.")


def _one(app: App) -> str:
    return f"*{mrkdwn.plain(app.display_name, 80)}* for {platform_name(app)}"


def _parts(sheet: ProductSheet) -> str:
    return row(
        [
            f"{mrkdwn.plain(one.display_name, 80)} for {one.platform} ({mrkdwn.code(one.name, 64)})"
            for one in sheet.parts
        ]
    )


def _section(text: str) -> Message:
    return Message(text=text, blocks=(blocks.section(text),))
