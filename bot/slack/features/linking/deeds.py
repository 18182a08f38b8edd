"""What happens behind the listeners: a link is read, and becomes a draft with a card."""

import re
from dataclasses import dataclass, replace
from typing import Final

from bot.slack.features.linking import messages, views
from bot.slack.features.linking.views import LinkWish
from bot.slack.kit import names
from bot.slack.kit.blocks import Form, Message
from bot.slack.kit.grammar import written
from bot.slack.kit.payloads import Asker, Outdated, Submission
from bot.slack.kit.verbs import Asked, Reply
from bot.slack.line.conversations import Conversations
from bot.slack.line.membership import Membership
from bot.slack.line.modals import Doorman
from bot.slack.line.submitting import Answer, carried_out
from bot.slack.named import NamedThings
from provisioning.actors import Act, Actor
from provisioning.intake.linking import LinkedBuild, Linking
from provisioning.intake.sighting import AnswerSpot
from provisioning.people.permissions import Permissions
from provisioning.releases.reading import Cards

#: How records know this way of telling.
SLACK: Final = "slack"
FIELDS: Final = {
    "version": names.LINK_VERSION,
    "build": names.LINK_BUILD,
    "link": names.LINK_URL,
    "notes": names.LINK_NOTES,
}
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\((\S+)\)")


def read(text: str) -> LinkWish:
    """
    Read `link APP [VERSION [BUILD]] [ADDRESS [NOTES]]`; notes stay as they were typed.

    Only an address has a colon near its beginning; without one the last of four words is taken for
    it, so that what is wrong with it can be said.
    """
    plain = written(text)
    found = list(re.finditer(r"\S+", plain))[1:]
    at = next((i for i, word in enumerate(found) if _ADDRESS.match(word[0])), len(found))
    at = min(at, 3)  # An app, a version, a build number.
    before = [word[0] for word in found[:at]]
    rest = found[at:]
    app, version, build = (*before, "", "", "")[:3]
    bracketed = _BRACKETED.fullmatch(build)
    return LinkWish(
        app=app,
        version=version,
        build=bracketed[1] if bracketed else build,
        link=rest[0][0] if rest else "",
        notes=plain[rest[0].end() :].strip() if rest else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDesk:
    """Takes what is typed and filled in, and says where the card of a draft stands."""

    cards: Cards
    named: NamedThings
    permissions: Permissions
    linking: Linking
    conversations: Conversations
    membership: Membership
    doorman: Doorman

    async def typed(self, asked: Asked) -> Reply:
        """Make the draft where all is said, else open the form with what was."""
        await self.permissions.require(asked.by, Act.UPLOAD)
        wish = replace(read(asked.text), channel_id=asked.channel_id)
        if not wish.is_complete:
            return views.link(wish)
        return await self._linked(wish, asked.by, asked.user_id)

    async def sent(self, sent: Submission) -> Answer:
        """Make the draft of what was filled in, or say beside an input what is wrong."""
        match sent.kept:
            case (channel_id,):
                wish = replace(views.entered(sent), channel_id=channel_id)
                return await carried_out(self._shown(wish, sent.asker), FIELDS, names.LINK_APP)
        raise Outdated

    async def _shown(self, wish: LinkWish, asker: Asker) -> Form:
        said = await self._linked(wish, asker.by, asker.user_id)
        return Form(callback_id=names.SHOWN, title="Linked", close="Close", blocks=said.blocks)

    async def _linked(self, wish: LinkWish, by: Actor, user_id: str) -> Message:
        app = await self.named.app(wish.app)
        channel_id = await self._place(wish.channel_id, user_id)
        made = await self.linking.link(
            LinkedBuild(
                app_id=app.id,
                version=wish.version,
                build=wish.build,
                link=wish.link,
                notes=wish.notes,
                spot=AnswerSpot(teller=SLACK, address=channel_id),
            ),
            by,
        )
        card = await self.cards.release(made.release_id)
        return messages.linked(card, channel_id, is_new=made.is_new)

    async def _place(self, channel_id: str, user_id: str) -> str:
        """Return where the card is to stand: where it was asked for, if we can post there."""
        if not channel_id.startswith("D"):
            (outlook,) = await self.membership.look([channel_id])
            if not outlook.refusal and not outlook.is_absent:
                return channel_id
        return await self.conversations.with_person(user_id)
