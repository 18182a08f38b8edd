"""Answers `list`, `show`, `apps` and `testers`, and the form that asks which release."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import blocks, names
from bot.slack.blocks import Message
from bot.slack.grammar import words
from bot.slack.releases import messages, views
from bot.slack.verbs import Asked, Reply, Verb, closest, example
from provisioning.cards import Cards, ReleaseCard
from provisioning.people import Act, People
from provisioning.testers import Testers
from storage.errors import NotFound
from storage.records.release import ReleaseState
from storage.records.role import Role

#: Whoever holds one of these sees every release; others see what they were given.
SEE_ALL = frozenset({Role.ADMIN, Role.MANAGER, Role.UPLOADER})


class Looking:
    """What people may look at."""

    def __init__(self, cards: Cards, people: People, testers: Testers) -> None:
        self._cards = cards
        self._people = people
        self._testers = testers

    async def listed(self, asked: Asked) -> Reply:
        named = words(asked.rest)
        if not named:
            cards = await self._newest(asked.user_id)
            return messages.listed("Newest releases", cards, await self._nothing(asked.user_id))
        app, _ = await self._cards.find(named[0])
        if app is None:
            raise NotFound(await self._no_app(named[0]))
        cards = await self._visible(asked.user_id, await self._cards.releases(app.id))
        return messages.listed(app.display_name, cards, "There is no release of it for you yet.")

    async def show(self, asked: Asked) -> Reply:
        named = words(asked.rest)
        if not named:
            return views.which_release()
        version = " ".join(named[1:]) or None
        app, release = await self._cards.find(named[0], version)
        if app is None:
            raise NotFound(await self._no_app(named[0]))
        if release is None:
            what = f"release “{version}”" if version else "release"
            raise NotFound(
                f"{app.display_name} has no {what}. See them all: {example(f'list {app.name}')}"
            )
        return await self._shown(asked.user_id, release.id)

    async def apps(self, asked: Asked) -> Reply:
        if not await self._sees_all(asked.user_id):
            return await self.listed(Asked(**{**_fields(asked), "rest": ()}))
        return messages.apps(await self._cards.apps())

    async def testers(self, asked: Asked) -> Reply:
        await self._people.require(asked.user_id, Act.MANAGE_GROUPS)
        return messages.testers(await self._testers.every())

    async def shown_in_form(self, user_id: str, release_id: str) -> dict[str, Any]:
        """Return the view of a release for a person. Raise NotFound."""
        shown = await self._shown(user_id, release_id)
        return views.one_release(list(shown.blocks)).view()

    async def options(self, user_id: str, typed: str) -> list[dict[str, Any]]:
        """Return the releases that fit what a person typed, newest first."""
        needle = typed.casefold()
        fitting = [
            option
            for card in await self._newest(user_id, limit=100)
            if needle in (option := views.option_of(card))["text"]["text"].casefold()
        ]
        return fitting[: blocks.OPTIONS]

    async def _shown(self, user_id: str, release_id: str) -> Message:
        visible = await self._visible(user_id, [await self._cards.release(release_id)])
        if not visible:
            raise NotFound("There is no such release for you.")
        card = visible[0]
        name = f"{card.app_display_name} {card.build.facts.version}"
        return Message(text=f"{name}, release {card.number}", blocks=messages.full(card))

    async def _newest(self, user_id: str, *, limit: int = 15) -> list[ReleaseCard]:
        if await self._sees_all(user_id):
            states = [state for state in ReleaseState if state is not ReleaseState.WITHDRAWN]
            return await self._cards.newest(states, limit=limit)
        return [delivery.release for delivery in await self._cards.given_to(user_id, limit=limit)]

    async def _visible(self, user_id: str, cards: Sequence[ReleaseCard]) -> list[ReleaseCard]:
        if await self._sees_all(user_id):
            return list(cards)
        own = {d.release.release_id for d in await self._cards.given_to(user_id, limit=500)}
        return [card for card in cards if card.release_id in own]

    async def _sees_all(self, user_id: str) -> bool:
        return bool(await self._people.roles_of(user_id) & SEE_ALL)

    async def _nothing(self, user_id: str) -> str:
        if await self._sees_all(user_id):
            return messages.NO_APPS
        return "You were not given a release yet. When you are, I send you a message with a link."

    async def _no_app(self, text: str) -> str:
        known = [card.app.name for card in await self._cards.apps()]
        if not known:
            return "There is no app yet. Post a build in a channel I am in to make one."
        meant = closest(text, known)
        hint = f"Did you mean `{meant}`?" if meant else f"There are: {', '.join(known[:20])}."
        return f"There is no app called “{text[:60]}”. {hint}"


def _fields(asked: Asked) -> dict[str, Any]:
    return {
        "user_id": asked.user_id,
        "channel_id": asked.channel_id,
        "trigger_id": asked.trigger_id,
        "rest": asked.rest,
    }


def verbs(looking: Looking) -> tuple[Verb, ...]:
    """Return the verbs that only look."""
    return (
        Verb(
            name="list",
            usage="list [app]",
            summary="The newest releases, of one app or of all.",
            examples=("list", "list harbour"),
            act=Act.SEE,
            answer=looking.listed,
        ),
        Verb(
            name="show",
            usage="show APP [VERSION]",
            summary="One release with its facts, its notes and who has it.",
            examples=("show harbour", "show harbour 2.4.0", "show harbour 7"),
            act=Act.SEE,
            answer=looking.show,
        ),
        Verb(
            name="apps",
            usage="apps",
            summary="Every app with its newest release.",
            examples=("apps",),
            act=Act.SEE,
            answer=looking.apps,
        ),
        Verb(
            name="testers",
            usage="testers",
            summary="Everybody who can get releases, with their groups.",
            examples=("testers",),
            act=Act.MANAGE_GROUPS,
            answer=looking.testers,
        ),
    )


def register(app: AsyncApp, looking: Looking) -> None:
    """Let *app* listen for the form of `show`."""

    @app.options(names.SHOW_RELEASE)
    async def on_options(ack: AsyncAck, body: dict[str, Any]) -> None:
        typed = str(body.get("value") or "")
        await ack(options=await looking.options(str(body["user"]["id"]), typed))

    @app.view(names.SHOW_FORM)
    async def on_show(ack: AsyncAck, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        chosen = values[names.SHOW_RELEASE][names.SHOW_RELEASE]["selected_option"]
        try:
            view = await looking.shown_in_form(str(body["user"]["id"]), str(chosen["value"]))
        except NotFound as missing:
            await ack(response_action="errors", errors={names.SHOW_RELEASE: str(missing)})
            return
        await ack(response_action="update", view=view)
