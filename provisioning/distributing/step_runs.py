"""Runs of our step in workflows of Slack's: a release is sent in the name of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provisioning.actors import Act, Actor, IdentityKind, person, slack
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.order import Order
from provisioning.errors import NotAllowed, NotNow, Unclear
from provisioning.installing.reasons import reasons
from provisioning.people.groups import Groups
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.ports import Engine
from provisioning.releases.lifecycle import Standing
from provisioning.releases.lists import Lists
from provisioning.releases.titles import title_of
from storage.catalog import audit, distributions, recipients, releases, step_runs
from storage.catalog.database import Database
from storage.errors import NotFound
from storage.inspection.facts import Facts
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.distribution import Distribution, DistributionState, RecipientState
from storage.records.step_run import StepRun, StepRunState

#: The door that a workflow comes through, as the audit names it.
ORIGIN: Final = "workflow"

_OVER = frozenset({DistributionState.DONE, DistributionState.FAILED})
_WAITING = (RecipientState.WAITING, RecipientState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWish:
    """What a workflow asks for, as it was filled in; without *version* the newest is meant."""

    execution_id: str
    slack_id: str
    app: str
    version: str
    group: str
    notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """How a run ended: the counts that the workflow goes on with, or the sentence why not."""

    execution_id: str
    counts: Mapping[str, int | str]
    reason: str


class StepRuns:
    """
    Carries out what workflows ask for, and remembers who lets them act in their name.

    A run says in whose name it acts, and whoever builds a workflow may name anybody. So it takes
    that person's own word beforehand, and their right at the moment of the run.
    """

    def __init__(  # noqa: PLR0913 - what it stands on, each by its name
        self,
        database: Database,
        permissions: Permissions,
        people: People,
        groups: Groups,
        lists: Lists,
        orders: Distributions,
        engine: Engine,
        *,
        organization_id: str,
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._people = people
        self._groups = groups
        self._lists = lists
        self._orders = orders
        self._engine = engine
        self._organization_id = organization_id

    async def receive(self, wish: StepWish) -> None:
        """Note a run and begin it; the same run twice is one."""
        async with self._database.writing() as session:
            run = await step_runs.keep(
                session,
                StepRun(
                    organization_id=self._organization_id,
                    execution_id=wish.execution_id[:64],
                    slack_id=wish.slack_id[:32],
                    app=wish.app[:255],
                    version=wish.version[:255],
                    group=wish.group[:255],
                    notes=wish.notes,
                ),
            )
        await self._engine.start("run_step", run.id)

    async def lets(self, by: Actor) -> bool:
        """Return whether a person lets workflows act in their name. Raise NotAllowed."""
        await self._permissions.require(by, Act.DISTRIBUTE)
        async with self._database.reading() as session:
            return await step_runs.consents(session, self._organization_id, _account(by))

    async def let(self, by: Actor, *, on: bool) -> bool:
        """Let workflows act in one's name, or no more; return whether that is news."""
        if on:
            await self._permissions.require(by, Act.DISTRIBUTE)
        own, account = self._organization_id, _account(by)
        async with self._database.writing() as session:
            if on:
                is_news = await step_runs.consent(session, own, account)
            else:
                is_news = await step_runs.withdraw_consent(session, own, account)
            if is_news:
                entry = AuditEntry(
                    organization_id=own,
                    actor=by.reference,
                    action="workflows.let" if on else "workflows.not_let",
                    subject_id=account,
                    origin=by.origin,
                )
                audit.add(session, entry)
        return is_news

    async def order(self, run_id: str) -> None:
        """Ask for the distribution, once. Raise with the sentence why it cannot be."""
        async with self._database.reading() as session:
            run = await step_runs.get(session, run_id)
            lets = await step_runs.consents(session, self._organization_id, run.slack_id)
        if run.distribution_id is not None:
            return
        if not lets:
            name = await self._people.name(f"person:{slack(run.slack_id)}")
            raise NotAllowed(
                f"{name} does not let workflows distribute in their name. They can allow it: "
                "/release workflows on"
            )
        release_id, is_first = await self._release(run)
        group = await self._groups.named(run.group)
        act = await self._orders.request(
            Order(
                key=f"step:{run.execution_id}",
                release_id=release_id,
                by=person(slack(run.slack_id), origin=ORIGIN),
                group_ids=(group.id,),
                # What a first distribution says are the notes of the release itself.
                notes=(run.notes or None) if is_first else None,
                own_notes=None if is_first else (run.notes or None),
            )
        )
        if not isinstance(act, Distribution):
            raise NotNow(
                f"{group.name} needs somebody's approval, which is asked for now: it goes out with "
                "their yes. This step does not wait for that."
            )
        async with self._database.writing() as session:
            run = await step_runs.get(session, run_id)
            run.distribution_id = act.id
            session.add(run)

    async def is_over(self, run_id: str) -> bool:
        """Return whether everybody was told who could be."""
        async with self._database.reading() as session:
            run = await step_runs.get(session, run_id)
            if run.distribution_id is None:
                return True
            act = await distributions.get(session, run.distribution_id)
        return act.state in _OVER

    async def conclude(self, run_id: str) -> None:
        """Count whom it reached by now."""
        async with self._database.writing() as session:
            run = await step_runs.get(session, run_id)
            if run.state is not StepRunState.WANTED or run.distribution_id is None:
                return
            act = await distributions.get(session, run.distribution_id)
            release, app, build, _ = await releases.in_full(session, act.release_id)
            counted = (await recipients.counts_of_acts(session, [act.id])).get(act.id, {})
            run.state = StepRunState.DONE
            run.outcome = {
                "release": f"{title_of(app, build)}, release {release.number}",
                "told": counted.get(RecipientState.TOLD, 0),
                "waiting": sum(counted.get(state, 0) for state in _WAITING),
                "not_reached": counted.get(RecipientState.UNREACHABLE, 0),
            }
            session.add(run)

    async def fail(self, run_id: str, reason: str) -> None:
        """Note why nothing was sent."""
        async with self._database.writing() as session:
            run = await step_runs.get(session, run_id)
            if run.state is StepRunState.WANTED:
                run.state, run.reason = StepRunState.FAILED, reason
                session.add(run)

    async def outcome(self, run_id: str) -> StepOutcome:
        """Return how a run ended. Raise NotFound."""
        async with self._database.reading() as session:
            run = await step_runs.get(session, run_id)
        return StepOutcome(execution_id=run.execution_id, counts=run.outcome, reason=run.reason)

    async def answered(self, run_id: str) -> None:
        """Note that Slack does not wait any more."""
        async with self._database.writing() as session:
            run = await step_runs.get(session, run_id)
            run.answered_at = run.answered_at or now()
            session.add(run)

    async def unanswered(self, before: datetime, since: datetime) -> Sequence[str]:
        """Return the runs that Slack waits for and should not."""
        async with self._database.reading() as session:
            return await step_runs.unanswered(session, before, since)

    async def sender_of(self, run_id: str) -> str:
        """Return in whose name a run acts, by reference."""
        async with self._database.reading() as session:
            run = await step_runs.get(session, run_id)
        return person(slack(run.slack_id), origin=ORIGIN).reference

    async def _release(self, run: StepRun) -> tuple[str, bool]:
        """Return the release that is meant, and whether it never went out. Or why it cannot."""
        app, line = await self._lists.find(run.app, run.version or None)
        if app is None:
            there = ", ".join((await self._lists.names())[:20]) or "none yet"
            raise NotFound(f"There is no app called {run.app[:60]}. There are: {there}.")
        if line is None:
            raise NotFound(f"{app.display_name} has no release {run.version[:60]}.".strip())
        if not run.version and await self._lists.rivals(app) > 1:
            raise Unclear(
                f"Several builds of {app.display_name} came in a moment ago. Name the version."
            )
        async with self._database.reading() as session:
            _, _, build, _ = await releases.in_full(session, line.release_id)
        stopping = reasons(Facts(**build.facts), at=now())
        if stopping:
            raise NotNow(f"Nobody could install it, so nothing was sent. {stopping[0].sentence}")
        return line.release_id, line.standing is Standing.DRAFT


def _account(by: Actor) -> str:
    """Return the Slack account of a person. Raise Unclear for anybody else."""
    if by.identity is None or by.identity.kind is not IdentityKind.SLACK:
        raise Unclear("Workflows act for people of Slack alone.")
    return by.identity.value
