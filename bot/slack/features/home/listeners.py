"""Draws the Home tab when it is opened, and answers its buttons."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.links import Links
from bot.slack.features.home import views
from bot.slack.features.releases.listeners import Looking
from bot.slack.kit import names
from bot.slack.kit.payloads import Asker, click_of, text_or_none
from bot.slack.parts import Workspace
from provisioning.errors import NotNow
from provisioning.installing.grants import Grants
from provisioning.people.people import Act, People
from provisioning.releases.reading import Cards, DeliveryCard
from storage.records.release import ReleaseState


class Home:
    """Knows what belongs on whose tab."""

    def __init__(self, cards: Cards, people: People, grants: Grants, links: Links) -> None:
        self._cards = cards
        self._people = people
        self._grants = grants
        self._links = links

    async def view(self, user_id: str) -> dict[str, Any]:
        """Return the tab of a person as things are now."""
        given = await self._cards.given_to(user_id)
        newest = views.newest_of_each(given, lambda card: card.release.app_id)
        links = [await self._link(card) for card in newest]
        installable = [found for found in links if found is not None]
        manages = await self._people.may(user_id, Act.DISTRIBUTE)
        return views.home(installable, await self._desk() if manages else None)

    async def _link(self, card: DeliveryCard) -> views.Installable | None:
        try:
            grant = await self._grants.give(card.release.release_id, card.tester.id)
        except NotNow:
            return None  # The link was taken back on purpose.
        return views.Installable(delivery=card, url=self._links.install(self._grants.token(grant)))

    async def _desk(self) -> views.Desk:
        sent = (ReleaseState.LIVE, ReleaseState.SUPERSEDED)
        return views.Desk(
            drafts=await self._cards.newest([ReleaseState.DRAFT], limit=10),
            recent=await self._cards.newest(sent, limit=10),
        )


def register(app: AsyncApp, home: Home, looking: Looking, workspace: Workspace) -> None:
    """Let *app* draw the tab."""

    @app.event("app_home_opened")
    async def on_home(body: dict[str, Any]) -> None:
        if text_or_none(body, "event", "tab") not in {None, "home"}:
            return
        user_id = text_or_none(body, "event", "user") or ""
        asker = Asker(user_id=user_id, team_id=text_or_none(body, "team_id") or "")

        async def draw() -> None:
            await workspace.clients.patient.views_publish(
                user_id=user_id, view=await home.view(user_id)
            )

        workspace.errors.start(draw, asker, during="app_home_opened")

    @app.action(names.HOME_SHOW)
    async def on_show(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        click = click_of(body)

        async def show() -> None:
            form = await looking.shown(click.asker.user_id, click.subject)
            await workspace.doorman.open(click.asker, click.trigger_id, form, again=None)

        workspace.errors.start(show, click.asker, during="show a release")
