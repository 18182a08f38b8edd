"""The road of a request for approval: those who decide see it, and whoever asked hears of it."""

from dataclasses import dataclass

from provisioning.distributing.approval_requests import request_of
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.roads.errands import Errand, run_errands
from provisioning.roads.road import Road, Step
from provisioning.telling.tellers import Tellers

UNSEEN = (
    "Those who approve could not be shown what you asked for. Tell them yourself: it stands in the "
    "list of what waits for an approval."
)


@dataclass(frozen=True, slots=True)
class AskApproval:
    """
    Show a request to those who decide, on the release's cards, and to whoever asked.

    A subject is a request and the turn of it that is shown: each change has a road of its own.
    """

    requests: ReleaseApprovals
    tellers: Tellers

    def road(self) -> Road:
        return Road(
            name="ask_approval",
            walk=self,
            unfinished=self.requests.unshown,
            give_up=self._give_up,
        )

    async def __call__(self, step: Step, subject: str) -> None:
        request_id = request_of(subject)
        found = await step("begin", self.requests.begun, subject)

        async def unseen(_why: str) -> None:
            await self.tellers.trouble(str(found["by"]), UNSEEN)

        async def left(_why: str) -> None:
            """Leave it: the list of what waits has it."""

        async def progress(_name: str) -> None:
            """Show nothing: a message is there or is not."""

        works = [
            Errand(name="show", act=self.tellers.show_request, args=(request_id,), given_up=unseen),
            Errand(name="tell", act=self.tellers.tell_asker, args=(request_id,), given_up=left),
            Errand(
                name="cards",
                act=self.tellers.show_release,
                args=(str(found["release"]),),
                given_up=left,
            ),
        ]
        if found["loud"]:
            works.append(
                Errand(
                    name="proclaim", act=self.tellers.proclaim, args=(request_id,), given_up=left
                )
            )
        await run_errands(step, works, progress)
        await step("finish", self.requests.shown, subject)

    async def _give_up(self, subject: str, reason: str) -> None:
        """Say to whoever asked that nobody may have seen it, and leave it to the list."""
        bench = await self.requests.bench(request_of(subject))
        await self.requests.shown(subject)
        await self.tellers.trouble(bench.request.requested_by, f"{UNSEEN} ({reason})")
