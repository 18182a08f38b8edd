"""Answers `list`, `show`, `apps` and `testers`, and the form that asks which release."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.features.releases import messages, views
from bot.slack.kit import blocks, names
from bot.slack.kit.blocks import Block, Form, Message
from bot.slack.kit.grammar import words
from bot.slack.kit.payloads import question_of, submission_of
from bot.slack.kit.verbs import Asked, Reply, Verb, closest, example
from bot.slack.line.errors import form_errors
from provisioning.people.people import Act, People
from provisioning.people.testers import Testers
from provisioning.releases.reading import Cards, ReleaseCard
from storage.errors import NotFound
from storage.records.app import App
from storage.records.release import Release, ReleaseState
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
        app, _ = await self._find(asked.user_id, named[0])
        cards = await self._visible(asked.user_id, await self._cards.releases(app.id))
        return messages.listed(app.display_name, cards, "Every release of it was dismissed.")

    async def show(self, asked: Asked) -> Reply:
        named = words(asked.rest)
        if not named:
            return views.which_release()
        version = " ".join(named[1:]) or None
        app, release = await self._find(asked.user_id, named[0], version)
        visible = (
            await self._visible(asked.user_id, [await self._cards.release(release.id)])
            if release is not None
            else []
        )
        if not visible:
            what = f"release “{version[:60]}”" if version else "release"
            raise NotFound(
                f"{app.display_name} has no {what}. See them all: {example(f'list {app.name}')}"
            )
        return await self._sheet(asked.user_id, visible[0])

    async def apps(self, asked: Asked) -> Reply:
        if not await self._sees_all(asked.user_id):
            return await self.listed(replace(asked, rest=()))
        return messages.apps(await self._cards.apps())

    async def testers(self, asked: Asked) -> Reply:
        await self._people.require(asked.user_id, Act.MANAGE_GROUPS)
        return messages.testers(await self._testers.every())

    async def shown(self, user_id: str, release_id: str) -> Form:
        """Return a release as a person may see it. Raise NotFound."""
        visible = await self._visible(user_id, [await self._cards.release(release_id)])
        if not visible:
            raise NotFound("There is no such release for you.")
        return views.one_release(await self._sheet(user_id, visible[0]))

    async def options(self, user_id: str, typed: str) -> list[Block]:
        """Return the releases that fit what a person typed, newest first."""
        needle = typed.casefold()
        fitting = [
            option
            for card in await self._newest(user_id, limit=100)
            if needle in (option := views.option_of(card))["text"]["text"].casefold()
        ]
        return fitting[: blocks.OPTIONS]

    async def _sheet(self, user_id: str, card: ReleaseCard) -> Message:
        """Return a release in full; who else has it is for those who see every release."""
        return messages.full(card, with_reach=await self._sees_all(user_id))

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
        return messages.NOTHING_GIVEN

    async def _find(
        self, user_id: str, text: str, version: str | None = None
    ) -> tuple[App, Release | None]:
        """Return the app that a person means, if they may know of it. Raise NotFound."""
        app, release = await self._cards.find(text, version)
        known = await self._known(user_id)
        if app is not None and app.name in known:
            return app, release
        if not known:
            raise NotFound(await self._nothing(user_id))
        meant = closest(text, known)
        hint = f"Did you mean `{meant}`?" if meant else f"There are: {', '.join(known[:20])}."
        raise NotFound(f"There is no app called “{text[:60]}”. {hint}")

    async def _known(self, user_id: str) -> list[str]:
        """Return the names of the apps that a person may know of."""
        if await self._sees_all(user_id):
            return [card.app.name for card in await self._cards.apps()]
        given = await self._cards.given_to(user_id, limit=500)
        return sorted({card.release.app_name for card in given})


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
        question = question_of(body)
        await ack(options=await looking.options(question.asker.user_id, question.typed))

    @app.view(names.SHOW_FORM)
    async def on_show(ack: AsyncAck, body: dict[str, Any]) -> None:
        sent = submission_of(body)
        try:
            form = await looking.shown(sent.asker.user_id, sent.entered(names.SHOW_RELEASE))
        except NotFound as missing:
            await ack(**form_errors(missing, {}, names.SHOW_RELEASE))
            return
        await ack(response_action="update", view=form.view())
