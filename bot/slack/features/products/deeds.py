"""Answers `products`: lists them, pairs two apps, and takes one out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.slack.features.products import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import words
from bot.slack.kit.verbs import Asked, example, unknown
from bot.slack.named import NamedThings, refuse_unknown
from provisioning.errors import AlreadyDone, NotNow, Unclear
from provisioning.releases.products import Products, ProductSheet

WAYS = ("pair", "unpair")
TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCommand:
    """Finds what was meant, then shows or changes it; *redraw* shows a release's cards anew."""

    products: Products
    named: NamedThings
    redraw: Callable[[str], None]

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound, NotNow, Unclear."""
        if not asked.rest:
            return messages.every(await self.products.every(asked.by))
        refuse_unknown(asked.rest)
        way, *spoken = words(asked.rest)
        match way.lower():
            case "pair":
                return await self._pair(asked, spoken)
            case "unpair":
                return await self._unpair(asked, spoken)
        raise Unclear(unknown(way, list(WAYS), "products"))

    async def _pair(self, asked: Asked, spoken: Sequence[str]) -> Message:
        split = next((i for i, word in enumerate(spoken) if word.lower() == "as"), len(spoken))
        names, called = spoken[:split], " ".join(spoken[split + 1 :])
        if len(names) != TWO or (split < len(spoken) and not called):
            raise Unclear(
                "Name two apps, of two platforms: "
                f"{example('products pair harbour harbour-android as Harbour')}"
            )
        first, second = [await self.named.app(name) for name in names]
        try:
            sheet = await self.products.pair((first.id, second.id), asked.by, called or None)
        except AlreadyDone:
            known = await self._of(asked, first.id)
            if not asked.again or known is None:
                raise
            sheet = known
        await self._redraw([first.name, second.name])
        return messages.paired(sheet)

    async def _unpair(self, asked: Asked, spoken: Sequence[str]) -> Message:
        if not spoken:
            raise Unclear(
                f"Say which app leaves its product: {example('products unpair harbour-android')}"
            )
        app = await self.named.app(" ".join(spoken))
        before = await self._of(asked, app.id)
        try:
            sheet = await self.products.unpair(app.id, asked.by)
        except NotNow as error:
            if not asked.again or error.code != "not_paired":
                raise
            return messages.alone(app)
        parts = before.parts if before is not None else sheet.parts
        await self._redraw([app.name, *(one.name for one in parts)])
        return messages.unpaired(app, sheet)

    async def _of(self, asked: Asked, app_id: str) -> ProductSheet | None:
        """Return the product of an app."""
        for sheet in await self.products.every(asked.by):
            if any(part.app_id == app_id for part in sheet.parts):
                return sheet
        return None

    async def _redraw(self, names: Sequence[str]) -> None:
        """Let the cards of the newest releases say where their other halves are."""
        for name in dict.fromkeys(names):
            _, line = await self.named.lists.find(name)
            if line is not None:
                self.redraw(line.release_id)
