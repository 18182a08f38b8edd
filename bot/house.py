"""The house: what Slipway can do, whoever asks; one room a capability."""

from dataclasses import dataclass

from bot.findings import Examine
from bot.links import Links
from provisioning.connecting.invitations import AppleInvitations
from provisioning.connecting.setup import AppleSetup
from provisioning.devices.app_ids import AppIdMaking
from provisioning.devices.approvals import Approvals
from provisioning.devices.devices import Devices
from provisioning.devices.enrolment.enrolments import Enrolments
from provisioning.devices.imports import DeviceImports
from provisioning.devices.policies import Policies
from provisioning.devices.profiles import Profiles
from provisioning.devices.registry import Registry
from provisioning.devices.renewal import Renewal
from provisioning.devices.slots import SlotBook
from provisioning.devices.teams import AppleTeams
from provisioning.devices.waves import Waves
from provisioning.distributing.approval_cards import ApprovalCards
from provisioning.distributing.approval_policies import ApprovalPolicies
from provisioning.distributing.carrying import Carrying
from provisioning.distributing.covering import Covering
from provisioning.distributing.distributions import Distributions
from provisioning.distributing.earlier import EarlierReleases
from provisioning.distributing.joint_orders import JointOrders
from provisioning.distributing.mandates import Mandates
from provisioning.distributing.pending_cards import PendingCards
from provisioning.distributing.pending_orders import PendingOrders
from provisioning.distributing.rebuilds import Rebuilds
from provisioning.distributing.recall import Recalls
from provisioning.distributing.release_approvals import ReleaseApprovals
from provisioning.distributing.reminding import Reminding
from provisioning.distributing.settling import Settling
from provisioning.distributing.step_runs import StepRuns
from provisioning.distributing.taking_back import TakingBack
from provisioning.following.holders import Holders
from provisioning.following.mutes import Mutes
from provisioning.following.nudge_cards import NudgeCards
from provisioning.following.nudges import Nudges
from provisioning.following.nudging import Nudging
from provisioning.following.tallying import Tallying
from provisioning.following.troubles import Troubles
from provisioning.installing.grants import Grants
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.my_builds import MyBuilds
from provisioning.installing.personal_pages import PersonalPages
from provisioning.installing.receipts import Receipts
from provisioning.intake.intake import Intake
from provisioning.intake.linking import Linking
from provisioning.intake.preparing import Preparing
from provisioning.leaving.announcing import Announcing
from provisioning.leaving.departures import Departures
from provisioning.leaving.letting_go import LettingGo
from provisioning.leaving.restoring import Restoring
from provisioning.people.audience import Audience
from provisioning.people.groups import Groups
from provisioning.people.join_links import JoinLinks
from provisioning.people.joining import Joining
from provisioning.people.people import People
from provisioning.people.permissions import Permissions
from provisioning.people.roles import Roles
from provisioning.people.testers import Testers
from provisioning.releases.apps import Apps
from provisioning.releases.availability import Availability
from provisioning.releases.drafts import Drafts
from provisioning.releases.editing import NoteEditing
from provisioning.releases.edits import ReleaseEdits
from provisioning.releases.history import Chronicle
from provisioning.releases.lists import Lists
from provisioning.releases.mandated import MandateCards
from provisioning.releases.products import Products
from provisioning.releases.reading import Cards
from provisioning.releases.recalled import RecallCards
from provisioning.releases.rewording import Rewording
from provisioning.releases.tagging import Tagging
from provisioning.releases.tracks import Tracks
from provisioning.releases.verification import DeveloperVerification
from provisioning.signing.identities import Identities
from provisioning.signing.variants import Signing
from provisioning.telling.home_tabs import HomeTabs
from provisioning.telling.tellers import Tellers


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRoom:
    """Who is who, who may do what, and who belongs together."""

    people: People
    permissions: Permissions
    roles: Roles
    audience: Audience
    groups: Groups
    testers: Testers
    links: JoinLinks
    joining: Joining


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRoom:
    """Apps and their releases."""

    apps: Apps
    tracks: Tracks
    products: Products
    verification: DeveloperVerification
    drafts: Drafts
    cards: Cards
    recalled: RecallCards
    mandated: MandateCards
    lists: Lists
    history: Chronicle
    editing: NoteEditing
    rewording: Rewording
    tagging: Tagging
    availability: Availability
    edits: ReleaseEdits


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRoom:
    """Identities, what is signed with them, and what is made ready for it."""

    identities: Identities
    variants: Signing
    preparing: Preparing


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRoom:
    """Teams at Apple, the devices of testers, and how builds come to be signed for them."""

    teams: AppleTeams
    devices: Devices
    approvals: Approvals
    enrolment: Enrolments
    registry: Registry
    slots: SlotBook
    policies: Policies
    profiles: Profiles
    waves: Waves
    renewal: Renewal
    imports: DeviceImports
    app_ids: AppIdMaking


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleRoom:
    """The page on which teams at Apple are connected."""

    invitations: AppleInvitations
    setup: AppleSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallRoom:
    """Install links, who can follow them, what was seen of them, and testers' own pages."""

    grants: Grants
    installabilities: Installabilities
    receipts: Receipts
    pages: PersonalPages
    builds: MyBuilds


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeRoom:
    """Giving releases to people, and taking them back."""

    distributions: Distributions
    joint: JointOrders
    pending: PendingOrders
    pending_cards: PendingCards
    carrying: Carrying
    covering: Covering
    rebuilds: Rebuilds
    earlier: EarlierReleases
    recalls: Recalls
    taking_back: TakingBack
    mandates: Mandates
    reminding: Reminding
    settling: Settling
    step_runs: StepRuns
    approvals: ReleaseApprovals
    approval_policies: ApprovalPolicies
    approval_cards: ApprovalCards


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRoom:
    """Who has what went out, who is reminded of it, and who cannot install it."""

    holders: Holders
    nudges: Nudges
    nudging: Nudging
    nudge_cards: NudgeCards
    mutes: Mutes
    troubles: Troubles
    tallying: Tallying


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRoom:
    """Who leaves, what is taken from them, and given back."""

    departures: Departures
    letting_go: LettingGo
    restoring: Restoring
    announcing: Announcing


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """
    Every room.

    `tellers` is how the house speaks, `homes` what people see of it while they are at home, `links`
    how it is found, `examine` how it looks at itself.
    """

    people: PeopleRoom
    releases: ReleaseRoom
    signing: SigningRoom
    devices: DeviceRoom
    apple: AppleRoom
    installing: InstallRoom
    intake: Intake
    linking: Linking
    distributing: DistributeRoom
    following: FollowRoom
    leaving: LeaveRoom
    tellers: Tellers
    homes: HomeTabs
    links: Links
    examine: Examine
