"""What happens behind the listeners: the form is opened, and what it says is kept."""

from dataclasses import dataclass
from typing import Any, Final

from bot.slack.drawing.releases import cannot_install
from bot.slack.features.trouble import views
from bot.slack.kit import names
from bot.slack.kit.payloads import Click, Outdated, Submission
from bot.slack.line.errors import form_errors, is_for_people
from bot.slack.line.modals import Doorman
from provisioning.following.troubles import Troubles, TroubleWords
from storage.errors import SlipwayError

FIELDS: Final = {"saw": names.TROUBLE_SAW, "words": names.TROUBLE_WORDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleDesk:
    """Opens, reads and answers the form."""

    troubles: Troubles
    doorman: Doorman

    async def open(self, click: Click) -> None:
        """Raise NotAllowed, NotFound."""
        release_id = click.subject
        choices = await self.troubles.choices(release_id, click.asker.by)
        form = views.asking(release_id, choices)
        again = cannot_install(release_id)
        await self.doorman.open(click.asker, click.trigger_id, form, again=again)

    async def sent(self, sent: Submission) -> dict[str, Any]:
        """Keep what was filled in; return what is probably behind it."""
        match sent.kept:
            case (release_id,):
                said = TroubleWords(
                    release_id=release_id,
                    saw=sent.entered(names.TROUBLE_SAW),
                    words=sent.entered(names.TROUBLE_WORDS),
                )
            case _:
                raise Outdated
        try:
            tester_id = await self.troubles.tester_of(release_id, sent.asker.by)
            before = await self.troubles.lately(release_id, tester_id)
            card = await self.troubles.report(tester_id, said, origin=names.ORIGIN)
        except SlipwayError as error:
            if not is_for_people(error):
                raise
            return form_errors(error, FIELDS, names.TROUBLE_SAW)
        is_first = before is None or before.report_id != card.report_id
        form = views.answered(card, is_first=is_first)
        return {"response_action": "update", "view": form.view()}
