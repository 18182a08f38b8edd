"""Answers `apple`: how teams at Apple do, and links to the page on which secrets are entered."""

from bot.links import Links
from bot.slack.features.apple import messages
from bot.slack.kit.blocks import Message
from bot.slack.kit.grammar import words
from bot.slack.kit.payloads import Click
from bot.slack.kit.verbs import Asked, example, unknown
from provisioning.actors import Act, Actor
from provisioning.connecting.invitations import AppleInvitations
from provisioning.connecting.setup import date_of
from provisioning.devices.teams import NO_TEAM, AppleTeams
from provisioning.errors import NotNow, Unclear
from provisioning.people.permissions import Permissions
from storage.errors import NotFound
from storage.records.apple_invitation import ApplePurpose

WAYS = ("status", "connect", "rotate", "certificate", "disconnect", "renewal")
#: The ways that lead to a page, and what for.
PAGES = {
    "connect": ApplePurpose.CONNECT,
    "rotate": ApplePurpose.ROTATE,
    "certificate": ApplePurpose.CERTIFY,
}


class AppleActs:
    """Every way of `/release apple`, for admins."""

    def __init__(
        self,
        teams: AppleTeams,
        invitations: AppleInvitations,
        permissions: Permissions,
        links: Links,
    ) -> None:
        self._teams = teams
        self._invitations = invitations
        self._permissions = permissions
        self._links = links

    async def answer(self, asked: Asked) -> Message:
        """Raise NotAllowed, NotFound, NotNow, Unclear."""
        await self._permissions.require(asked.by, Act.MANAGE_APPLE)
        way, *rest = words(asked.rest) or ["status"]
        match way.lower():
            case "status":
                return messages.status(await self._teams.report())
            case "connect" | "rotate" | "certificate" as page:
                return await self._link(PAGES[page], " ".join(rest), asked.by)
            case "disconnect":
                return messages.leaving(await self._teams.meant(" ".join(rest)))
            case "renewal":
                return await self._renewal(rest, asked.by)
            case _:
                raise Unclear(unknown(way, WAYS, "apple"))

    async def connect(self, by: Actor) -> Message:
        """Return the link that the button leads to. Raise NotAllowed, NotNow."""
        await self._permissions.require(by, Act.MANAGE_APPLE)
        return await self._link(ApplePurpose.CONNECT, "", by)

    async def disconnect(self, click: Click) -> Message | None:
        """Destroy a team's key; None when this very click did so before. Raise NotAllowed."""
        await self._permissions.require(click.asker.by, Act.MANAGE_APPLE)
        try:
            card = await self._teams.card(click.subject)
            return messages.left(await self._teams.disconnect(card.issuer_id, click.asker.by))
        except NotFound:
            if click.again:
                return None
            raise

    async def _link(self, purpose: ApplePurpose, team: str, by: Actor) -> Message:
        if not self._links.secure and not self._links.loopback:
            raise NotNow(
                f"What is entered on the page is secret, and {self._links.base_url} is not https: "
                "others could read it on the way. Set SLIPWAY_BASE_URL to an https address, or use "
                "`slipway apple` on the machine itself."
            )
        row_id = ""
        if purpose is not ApplePurpose.CONNECT:
            row_id = (await self._teams.meant(team)).id
        token = await self._invitations.invite(purpose, by, apple_team_id=row_id)
        return messages.link(purpose, self._links.apple(token))

    async def _renewal(self, rest: list[str], by: Actor) -> Message:
        typed = next((word for word in rest if word[:1].isdecimal() and word[4:5] == "-"), "")
        when = date_of(typed)
        if when is None:
            raise Unclear(
                f"Say on which day the membership renews: {example('apple renewal 2027-03-01')}"
            )
        team = " ".join(word for word in rest if word != typed)
        if not await self._teams.every():
            raise NotFound(NO_TEAM)
        return messages.renewed(await self._teams.renew_on(team, when, by))
