"""Every way of telling people, asked as if it were one."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from provisioning.errors import TellerFailed
from provisioning.ports import Teller, Told
from storage.errors import SlipwayError
from storage.records.tester import Tester

logger = logging.getLogger(__name__)


class Tellers:
    """
    The tellers of a house, which may join it one after the other.

    What is for all of them goes to each, whatever happens to the others; then the worst that
    happened leaves: an error that may pass before one that may not, so that it is tried again.
    """

    def __init__(self, tellers: Sequence[Teller] = ()) -> None:
        self._tellers = {teller.name: teller for teller in tellers}

    def add(self, teller: Teller) -> None:
        self._tellers[teller.name] = teller

    def ways_to(self, tester: Tester) -> tuple[str, ...]:
        """Return the names of the tellers that can reach somebody."""
        return tuple(name for name, teller in self._tellers.items() if teller.reaches(tester))

    async def tell(self, name: str, recipient_id: str) -> Told:
        """Tell one recipient in one way. Raise TellerUnreachable, TellerFailed."""
        return await self._named(name).tell(recipient_id)

    async def places(self, distribution_id: str) -> list[list[str]]:
        """Return where a distribution is announced: `[teller, address]` for each place."""
        return [
            [name, address]
            for name, teller in self._tellers.items()
            for address in await teller.places(distribution_id)
        ]

    async def announce(self, name: str, distribution_id: str, address: str) -> None:
        """Announce a distribution at one place. Raise TellerUnreachable, TellerFailed."""
        await self._named(name).announce(distribution_id, address)

    async def show_upload(self, upload_id: str) -> None:
        """Draw the card of an upload in each of its places."""
        await self._each(lambda teller: teller.show_upload(upload_id))

    async def show_release(self, release_id: str) -> None:
        """Redraw every card and announcement of a release after a change."""
        await self._each(lambda teller: teller.show_release(release_id))

    async def report(self, distribution_id: str) -> None:
        """Say to whoever sent it how a distribution goes, or went."""
        await self._each(lambda teller: teller.report(distribution_id))

    async def tell_recall(self, name: str, notice_id: str) -> Told:
        """Tell somebody of a recall in one way. Raise TellerUnreachable, TellerFailed."""
        return await self._named(name).tell_recall(notice_id)

    async def take_back(self, recipient_id: str) -> None:
        """Take the link out of what a recipient was told."""
        await self._each(lambda teller: teller.take_back(recipient_id))

    async def report_recall(self, recall_id: str) -> None:
        """Say how a recall goes, or went."""
        await self._each(lambda teller: teller.report_recall(recall_id))

    async def redraw(self, recipient_id: str) -> None:
        """Draw anew what a recipient was told, if they were."""
        await self._each(lambda teller: teller.redraw(recipient_id))

    async def report_edit(self, edit_id: str) -> None:
        """Say in a release's threads who changed what of it."""
        await self._each(lambda teller: teller.report_edit(edit_id))

    async def tell_nudge(self, name: str, word_id: str) -> Told:
        """Remind somebody in one way. Raise TellerUnreachable, TellerFailed."""
        return await self._named(name).tell_nudge(word_id)

    async def report_nudge(self, nudge_id: str) -> None:
        """Say how a nudge goes, or went."""
        await self._each(lambda teller: teller.report_nudge(nudge_id))

    async def report_trouble(self, report_id: str) -> None:
        """Say what somebody saw who cannot install a release."""
        await self._each(lambda teller: teller.report_trouble(report_id))

    async def report_mandate(self, mandate_id: str) -> None:
        """Say who made a release mandatory, or lifted or undid that."""
        await self._each(lambda teller: teller.report_mandate(mandate_id))

    async def remind(self, name: str, reminder_id: str) -> Told:
        """Remind somebody in one way. Raise TellerUnreachable, TellerFailed."""
        return await self._named(name).remind(reminder_id)

    async def redraw_reminder(self, reminder_id: str) -> None:
        """Draw a reminder anew, if somebody was sent it."""
        await self._each(lambda teller: teller.redraw_reminder(reminder_id))

    async def trouble(self, reference: str, sentence: str) -> None:
        """Say to one actor that something of theirs did not work."""
        await self._each(lambda teller: teller.trouble(reference, sentence))

    async def tell_device(self, subject: str) -> None:
        """Tell a device's owner how it stands at Apple since a turn."""
        await self._each(lambda teller: teller.tell_device(subject))

    async def show_approval(self, registration_id: str) -> None:
        """Draw a device where those look who approve."""
        await self._each(lambda teller: teller.show_approval(registration_id))

    async def show_request(self, request_id: str) -> None:
        """Draw a request for approval where those look who decide about it."""
        await self._each(lambda teller: teller.show_request(request_id))

    async def tell_asker(self, request_id: str) -> None:
        """Tell whoever asked for an approval that it waits, or what became of it."""
        await self._each(lambda teller: teller.tell_asker(request_id))

    async def proclaim(self, request_id: str) -> None:
        """Say wherever a release is shown that it went without those who approve."""
        await self._each(lambda teller: teller.proclaim(request_id))

    async def report_pending(self, order_id: str) -> None:
        """Say in a release's threads that it waits for another platform, or did."""
        await self._each(lambda teller: teller.report_pending(order_id))

    async def tell_pending(self, order_id: str) -> None:
        """Tell whoever let a release wait for another platform what became of that."""
        await self._each(lambda teller: teller.tell_pending(order_id))

    async def tell_installable(self, wave_id: str, tester_id: str) -> None:
        """Tell somebody what they can install now."""
        await self._each(lambda teller: teller.tell_installable(wave_id, tester_id))

    async def show_join(self, request_id: str) -> None:
        """Draw a request to join where those look who decide."""
        await self._each(lambda teller: teller.show_join(request_id))

    async def show_wave(self, wave_id: str) -> None:
        """Say to those who approve that profiles could not be made."""
        await self._each(lambda teller: teller.show_wave(wave_id))

    async def tell_rebuild(self, rebuild_id: str, tester_id: str) -> None:
        """Tell somebody that a new build was asked for."""
        await self._each(lambda teller: teller.tell_rebuild(rebuild_id, tester_id))

    async def answer_step(self, run_id: str) -> None:
        """Tell a workflow what came of its step."""
        await self._each(lambda teller: teller.answer_step(run_id))

    async def show_leavers(self, notice_id: str) -> None:
        """Say to those who manage who left, or came back."""
        await self._each(lambda teller: teller.show_leavers(notice_id))

    def _named(self, name: str) -> Teller:
        if name not in self._tellers:
            raise TellerFailed(f"This Slipway has no way of telling called {name or 'nothing'}.")
        return self._tellers[name]

    async def _each(self, act: Callable[[Teller], Awaitable[None]]) -> None:
        failures: list[SlipwayError] = []
        for name, teller in self._tellers.items():
            try:
                await act(teller)
            except SlipwayError as failure:
                logger.info("%s did not get through: %s", name, failure)
                failures.append(failure)
        if failures:
            raise min(failures, key=lambda failure: not failure.transient)
