"""The one tuple of all roads; nobody else keeps a list."""

from provisioning.devices.profiles import Profiles
from provisioning.devices.registry import Registry
from provisioning.devices.waves import Waves
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.distributing.mandates import Mandates
from provisioning.distributing.pending_orders import PendingOrders
from provisioning.distributing.rebuilds import Rebuilds
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.distributing.reminding import Reminding
from provisioning.distributing.settling import Settling
from provisioning.distributing.step_runs import StepRuns
from provisioning.distributing.taking_back import TakingBack
from provisioning.following.nudging import Nudging
from provisioning.following.troubles import Troubles
from provisioning.intake.intake import Intake
from provisioning.intake.preparing import Preparing
from provisioning.leaving.announcing import Announcing
from provisioning.leaving.departures import Departures
from provisioning.leaving.letting_go import LettingGo
from provisioning.people.joining import Joining
from provisioning.releases.edits import ReleaseEdits
from provisioning.roads.ask_approval import AskApproval
from provisioning.roads.ask_rebuild import AskRebuild
from provisioning.roads.distribute import Distribute
from provisioning.roads.join import ShowJoin
from provisioning.roads.let_go import LetGo
from provisioning.roads.mandate import MandateRoad
from provisioning.roads.nudge import RemindPeople
from provisioning.roads.provision import Provision
from provisioning.roads.register import Register
from provisioning.roads.remind import Remind
from provisioning.roads.road import Road
from provisioning.roads.run_step import RunStep
from provisioning.roads.settle import Settle
from provisioning.roads.show_edit import ShowEdit
from provisioning.roads.show_leavers import ShowLeavers
from provisioning.roads.show_pending import ShowPending
from provisioning.roads.show_place import ShowPlace
from provisioning.roads.take_back import TakeBack
from provisioning.roads.take_in import TakeIn
from provisioning.roads.tell_held import TellHeld
from provisioning.roads.tell_trouble import TellTrouble
from provisioning.telling.tellers import Tellers


def every(  # noqa: PLR0913 - one for each that a road is walked with
    *,
    intake: Intake,
    preparing: Preparing,
    carrying: Carrying,
    covering: Covering,
    taking_back: TakingBack,
    settling: Settling,
    edits: ReleaseEdits,
    mandates: Mandates,
    reminding: Reminding,
    departures: Departures,
    letting_go: LettingGo,
    announcing: Announcing,
    step_runs: StepRuns,
    requests: ReleaseApprovals,
    pending: PendingOrders,
    rebuilds: Rebuilds,
    nudging: Nudging,
    troubles: Troubles,
    joining: Joining,
    registry: Registry,
    profiles: Profiles,
    waves: Waves,
    tellers: Tellers,
) -> tuple[Road, ...]:
    """Return every road there is."""
    return (
        TakeIn(intake, preparing, tellers).road(),
        ShowPlace(intake, tellers).road(),
        Distribute(carrying, covering, tellers).road(),
        TellHeld(carrying, covering, tellers).road(),
        TakeBack(taking_back, tellers).road(),
        Settle(settling, tellers).road(),
        ShowEdit(edits, tellers).road(),
        MandateRoad(mandates, reminding, tellers).road(),
        Remind(reminding, tellers).road(),
        LetGo(departures, letting_go, requests).road(),
        ShowLeavers(announcing, tellers).road(),
        RunStep(step_runs, tellers).road(),
        AskApproval(requests, tellers).road(),
        ShowPending(pending, tellers).road(),
        AskRebuild(rebuilds, tellers).road(),
        RemindPeople(nudging, tellers).road(),
        TellTrouble(troubles, tellers).road(),
        ShowJoin(joining, tellers).road(),
        Register(registry, waves.want_for, rebuilds.want_for, tellers).road(),
        Provision(waves, profiles, tellers, covering.after).road(),
    )
