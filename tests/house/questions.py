"""Every question of the catalog, asked once of a town with arguments that have an answer there."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from storage.catalog import (
    apple_invitations,
    apple_teams,
    approvals,
    apps,
    audit,
    builds,
    demanded,
    departures,
    destinations,
    device_policies,
    devices,
    distributions,
    earlier,
    edits,
    enrolments,
    grants,
    group_rolls,
    groups,
    holders,
    home_tabs,
    identities,
    join_links,
    join_requests,
    mandates,
    milestones,
    mutes,
    nudges,
    offers,
    organizations,
    pending_orders,
    people_cache,
    personal_pages,
    postings,
    products,
    promises,
    rebuilds,
    recalls,
    receipts,
    recipients,
    registrations,
    releases,
    reminders,
    roles,
    rows,
    seen,
    signers,
    slots,
    step_runs,
    symbols,
    tags,
    tallies,
    testers,
    tracks,
    troubles,
    uploads,
    variants,
    waves,
)
from storage.catalog.database import Session
from storage.catalog.holders import HoldersAsked
from storage.records.app import App
from storage.records.apple_team import AppleTeam
from storage.records.approval import (
    ApprovalDecision,
    ApprovalKind,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalState,
    ApproverKind,
)
from storage.records.base import new_id, now
from storage.records.departure import Departure, DepartureKind, DepartureNotice, NoticeKind
from storage.records.destination import Destination, DestinationKind
from storage.records.device import Device
from storage.records.device_policy import ApprovalSubject, AutoApproval, DevicePolicy
from storage.records.distribution import Recipient, RecipientState, Target
from storage.records.edit import Edit, EditKind
from storage.records.enrolment import EnrolmentChallenge, EnrolmentLink
from storage.records.grant import Grant, ReceiptKind
from storage.records.group import Group
from storage.records.home_tab import HomeTab
from storage.records.join_link import JoinLink
from storage.records.join_request import JoinRequest, JoinState
from storage.records.mandate import Mandate, MandateKind, Milestone, MilestoneKind, Reminder
from storage.records.nudge import Nudge, NudgeWord
from storage.records.pending_order import PendingOrder
from storage.records.person import Person, UserGroup
from storage.records.personal_page import PersonalPage
from storage.records.product import Product
from storage.records.profile_generation import ProfileGeneration
from storage.records.promise import Promise
from storage.records.rebuild import Rebuild, RebuildState
from storage.records.recall import Recall, RecallNotice
from storage.records.registration import Registration, RegistrationState
from storage.records.release import Release, ReleaseState
from storage.records.role import HolderKind, Role, RoleHolding
from storage.records.signer import AppSigner, SignerStanding
from storage.records.slot import Slot
from storage.records.step_run import StepRun
from storage.records.symbols import Symbols
from storage.records.track import TrackRule, TrackRuleKind
from storage.records.trouble import TroubleReport, TroubleState
from storage.records.upload import Upload, UploadPlace, UploadState
from storage.records.variant import Preparation, Variant, VariantWay
from storage.records.wave import Wave, WaveState
from tests.town.town import Town

#: Asks one question of a town, in a unit of work that is taken back afterwards.
Question = Callable[[Session, Town], Awaitable[object]]

BY = "person:slack:U0MANAGER"
SOMEBODY = "person:slack:U0SELDOM"
BEGINNING = now() - timedelta(days=3000)
STATES = (ReleaseState.DRAFT, ReleaseState.LIVE)
MARK = "a" * 64
UDID = "00008110-000A1B2C3D4E801E"
ISSUER = "12345678-1234-1234-1234-123456789012"


async def _release(session: Session, town: Town) -> Release:
    return await releases.get(session, town.release_id)


async def _before(session: Session, town: Town) -> object:
    return await builds.before(session, await _release(session, town))


async def _tag(session: Session, town: Town) -> object:
    return await tags.add(session, await _release(session, town), ["gold"], by=BY)


async def _of_edit(
    session: Session, town: Town, ask: Callable[[Edit], Awaitable[object]]
) -> object:
    edit = Edit(release_id=town.release_id, kind=EditKind.NOTES, by=BY)
    session.add(edit)
    await session.flush()
    return await ask(edit)


async def _of_join(
    session: Session, town: Town, ask: Callable[[JoinRequest], Awaitable[object]]
) -> object:
    link = JoinLink(
        key="key",
        organization_id=town.organization_id,
        group_id=town.release_id,
        token_hash=MARK,
        room=25,
        made_by=BY,
        expires_at=now(),
    )
    session.add(link)
    await session.flush()
    request = JoinRequest(
        link_id=link.id, key="k" * 22, token_hash=MARK, name="Zoe", email="zoe@example.com"
    )
    session.add(request)
    await session.flush()
    return await ask(request)


def _page(town: Town) -> PersonalPage:
    return PersonalPage(tester_id=town.tester_id, token_hash=MARK, expires_at=now())


def _tab(town: Town) -> HomeTab:
    return HomeTab(organization_id=town.organization_id, slack_id=town.tester)


async def _change(session: Session, town: Town) -> object:
    return await releases.change(session, await _release(session, town), notes="Better.")


async def _ahead_of(session: Session, town: Town) -> object:
    return await uploads.ahead_of(session, await uploads.get(session, town.upload_id))


async def _token(session: Session, town: Town) -> object:
    found = await grants.newest(session, [town.everywhere_id], town.other_id)
    return await grants.with_token_hash(session, found[town.everywhere_id].token_hash)


async def _want(session: Session, town: Town) -> Variant:
    identity = (await identities.every(session))[0]
    return await variants.want(
        session,
        Variant(
            build_id=town.build_id,
            generation=MARK,
            identity_id=identity.id,
            fingerprint=MARK,
            way=VariantWay.FULL,
        ),
    )


async def _get_variant(session: Session, town: Town) -> object:
    return await variants.get(session, (await _want(session, town)).id)


async def _finish(session: Session, town: Town) -> object:
    return await variants.finish(session, await _want(session, town))


async def _identity(session: Session, town: Town) -> object:
    found = (await identities.every(session))[0]
    return await identities.get(session, town.organization_id, found.id)


async def _with_version(session: Session, town: Town) -> object:
    found = await symbols.without_build(session, town.organization_id, "ios")
    return await symbols.with_version(session, found[0].id)


async def _team(session: Session, town: Town) -> AppleTeam:
    team = AppleTeam(
        organization_id=town.organization_id,
        issuer_id=ISSUER,
        key_id="KEY",
        sealed_key=b"sealed",
        created_by=BY,
    )
    session.add(team)
    await session.flush()
    return team


async def _device(session: Session, town: Town) -> Device:
    device, _ = await devices.claim(
        session,
        Device(
            organization_id=town.organization_id,
            udid=UDID,
            tester_id=town.tester_id,
            created_by=BY,
        ),
    )
    return device


async def _link(session: Session, town: Town) -> EnrolmentLink:
    link = EnrolmentLink(
        organization_id=town.organization_id,
        tester_id=town.tester_id,
        token_hash=MARK,
        created_by=BY,
        expires_at=now(),
    )
    session.add(link)
    await session.flush()
    return link


async def _challenge(session: Session, town: Town) -> EnrolmentChallenge:
    challenge = EnrolmentChallenge(
        organization_id=town.organization_id,
        tester_id=town.tester_id,
        token_hash=MARK,
        result_hash=MARK,
        expires_at=now(),
        kept_until=now(),
    )
    session.add(challenge)
    await session.flush()
    return challenge


async def _room(session: Session, town: Town) -> None:
    await _challenge(session, town)
    await enrolments.make_room(session, town.tester_id, for_one_of=1)


async def _attempt(session: Session, town: Town) -> object:
    return await enrolments.attempt(session, (await _challenge(session, town)).id, most=3)


async def _spend(session: Session, town: Town) -> object:
    return await enrolments.spend(session, (await _challenge(session, town)).id, now())


async def _conclude(session: Session, town: Town) -> None:
    one, device = await _challenge(session, town), await _device(session, town)
    await enrolments.conclude(session, one.id, device.id, MARK, now())


async def _link_with_hash(session: Session, town: Town) -> object:
    await _link(session, town)
    return await enrolments.link_with_hash(session, MARK)


async def _challenge_with_hash(session: Session, town: Town) -> object:
    await _challenge(session, town)
    return await enrolments.challenge_with_hash(session, MARK)


async def _challenge_with_result(session: Session, town: Town) -> object:
    await _challenge(session, town)
    return await enrolments.challenge_with_result(session, MARK)


async def _registration(session: Session, town: Town) -> Registration:
    return await registrations.ask(
        session,
        Registration(
            organization_id=town.organization_id,
            device_id=(await _device(session, town)).id,
            team_id=(await _team(session, town)).id,
            due_at=now(),
            requested_by=BY,
        ),
    )


async def _got(session: Session, town: Town) -> object:
    return await devices.get(session, town.organization_id, (await _device(session, town)).id)


async def _of_registration(
    session: Session, town: Town, ask: Callable[[Registration], Awaitable[object]]
) -> object:
    return await ask(await _registration(session, town))


async def _wave(session: Session, town: Town) -> Wave:
    return await waves.want(
        session,
        Wave(
            organization_id=town.organization_id,
            team_id=(await _team(session, town)).id,
            bundle_id="com.example",
            number=0,
            open_key="open",
            created_by=BY,
        ),
    )


async def _of_wave(
    session: Session, town: Town, ask: Callable[[Wave], Awaitable[object]]
) -> object:
    return await ask(await _wave(session, town))


async def _generation(session: Session, town: Town) -> ProfileGeneration:
    wave = await _wave(session, town)
    return await waves.intend(
        session,
        ProfileGeneration(
            team_id=wave.team_id, wave_id=wave.id, bundle_id="com.example", number=1, name="One"
        ),
    )


async def _get_generation(session: Session, town: Town) -> object:
    return await waves.generation(session, (await _generation(session, town)).id)


async def _get_team(session: Session, town: Town) -> object:
    return await apple_teams.get(session, town.organization_id, (await _team(session, town)).id)


async def _replace_slots(session: Session, town: Town) -> None:
    team = await _team(session, town)
    await slots.replace(session, team.id, [_slot(team.id)])


async def _keep_slot(session: Session, town: Town) -> None:
    await slots.keep(session, _slot((await _team(session, town)).id))


def _slot(team_id: str) -> Slot:
    return Slot(team_id=team_id, apple_id="A1", udid=UDID.lower(), family="IPHONE")


def _rule(town: Town) -> AutoApproval:
    return AutoApproval(
        organization_id=town.organization_id, subject=ApprovalSubject.EVERYBODY, created_by=BY
    )


def _app(town: Town) -> App:
    return App(
        organization_id=town.organization_id,
        name="new",
        display_name="New",
        platform="ios",
        bundle_id="com.example.new",
        created_by=BY,
    )


def _upload(town: Town) -> Upload:
    return Upload(
        organization_id=town.organization_id,
        key="slack:T1:FNEW",
        source="slack",
        file_name="new.ipa",
        created_by=BY,
    )


def _place(town: Town) -> UploadPlace:
    return UploadPlace(upload_id=town.upload_id, teller="slack", address="C1", thread="1.0")


def _holding(town: Town) -> RoleHolding:
    return RoleHolding(
        organization_id=town.organization_id,
        role=Role.ADMIN,
        holder_kind=HolderKind.PERSON,
        holder_id="slack:U1",
        given_by=BY,
    )


def _symbols(town: Town) -> Symbols:
    return Symbols(
        organization_id=town.organization_id,
        sha256=MARK,
        size=1,
        file_name="new.zip",
        kind="dsym",
        platform="ios",
        created_by=BY,
    )


def _fresh(town: Town) -> Release:
    return Release(
        organization_id=town.organization_id,
        key="new",
        app_id=town.app_id,
        number=0,
        build_id=town.build_id,
        created_by=BY,
    )


async def _beside(session: Session, town: Town) -> object:
    return await tracks.beside(session, await apps.get(session, town.app_id), town.tester_id)


async def _product(session: Session, town: Town) -> Product:
    made = Product(organization_id=town.organization_id, name="Harbour", created_by=BY)
    product_id = made.id
    session.add(made)
    await session.flush()
    session.expire(made)
    return await products.get(session, product_id)


async def _siblings(session: Session, town: Town) -> object:
    app = await apps.get(session, town.app_id)
    paired = app.model_copy(update={"product_id": MARK})
    return await products.siblings(session, paired, town.version)


async def _of_pending(
    session: Session, town: Town, ask: Callable[[PendingOrder], Awaitable[object]]
) -> object:
    """Ask of an order that waits for another platform."""
    order = PendingOrder(
        organization_id=town.organization_id,
        key="pending",
        release_id=town.release_id,
        version=town.version,
        sought=town.version,
        app_ids=[MARK[:32]],
        platforms=["Android"],
        requested_by=BY,
        wish={},
        due_at=now(),
    )
    return await ask(await pending_orders.add(session, order))


async def _waiting_beside(session: Session, town: Town) -> object:
    release, app, _, _ = await releases.in_full(session, town.release_id)
    return await pending_orders.beside(session, release, app, town.version)


def _track_rule(town: Town) -> TrackRule:
    return TrackRule(
        organization_id=town.organization_id,
        app_id=town.app_id,
        kind=TrackRuleKind.PATTERN,
        value="*-staging*",
        created_by=BY,
    )


def _destination(town: Town) -> Sequence[Destination]:
    one = Destination(
        id=new_id(),
        release_id=town.draft_id,
        app_id=town.app_id,
        kind=DestinationKind.GROUP,
        target_id=town.crowd_id,
        created_by=BY,
    )
    return [one]


async def _rebuild(session: Session, town: Town) -> Rebuild:
    rebuild = Rebuild(
        organization_id=town.organization_id,
        release_id=town.release_id,
        open_key=town.release_id,
        created_by=BY,
    )
    return await rebuilds.want(session, rebuild)


async def _of_rebuild(
    session: Session, town: Town, ask: Callable[[Rebuild], Awaitable[object]]
) -> object:
    return await ask(await _rebuild(session, town))


async def _of_recall(
    session: Session, town: Town, ask: Callable[[Recall], Awaitable[object]]
) -> object:
    """Ask of a recall that took the release from some, with one notice of its own id."""
    recall = Recall(key="recall", release_id=town.release_id, requested_by=BY)
    session.add(recall)
    await session.flush()
    await recipients.withdraw(session, town.recipient_ids, recall.id, at=now())
    await recalls.add_notices(session, [_notice(recall, town, recall.id)])
    return await ask(recall)


async def _of_mandate(
    session: Session, town: Town, ask: Callable[[Mandate], Awaitable[object]]
) -> object:
    mandate = Mandate(
        key="mandate", release_id=town.release_id, kind=MandateKind.SET, requested_by=BY
    )
    session.add(mandate)
    await session.flush()
    return await ask(mandate)


async def _of_milestone(
    session: Session, town: Town, ask: Callable[[Milestone], Awaitable[object]]
) -> object:
    """Ask of a milestone that reminds one, by a reminder of its own id."""
    one = Milestone(release_id=town.release_id, kind=MilestoneKind.START, due_at=now())
    session.add(one)
    await session.flush()
    await reminders.add(session, [_again(one, town, one.id)])
    return await ask(one)


def _again(milestone: Milestone, town: Town, reminder_id: str = "") -> Reminder:
    return Reminder(
        id=reminder_id or new_id(),
        milestone_id=milestone.id,
        release_id=milestone.release_id,
        tester_id=town.tester_id,
        kind=milestone.kind,
        teller="slack",
    )


async def _binding(session: Session, town: Town) -> object:
    row = await session.get(Destination, town.destination_id)
    assert row is not None
    row.mandatory_from = now()
    session.add(row)
    await session.flush()
    return await demanded.binding(session, [town.app_id], [town.tester_id])


async def _of_request(
    session: Session, town: Town, ask: Callable[[ApprovalRequest], Awaitable[object]]
) -> object:
    """Ask of a request that waits, to which somebody said yes."""
    request = ApprovalRequest(
        organization_id=town.organization_id,
        key="request",
        kind=ApprovalKind.ORDER,
        release_id=town.release_id,
        requested_by=BY,
    )
    await approvals.add(session, request)
    await approvals.decide(session, _said(request))
    return await ask(request)


def _who(town: Town, inside: Sequence[str] | None = None) -> HoldersAsked:
    return HoldersAsked(
        release_id=town.release_id,
        app_id=town.app_id,
        cannot=False,
        excepted=[town.tester_id],
        seen_since=BEGINNING,
        reminded_since=BEGINNING,
        reported_since=BEGINNING,
        inside=inside,
    )


def _said(request: ApprovalRequest, *, approves: bool = True) -> ApprovalDecision:
    return ApprovalDecision(request_id=request.id, by=BY, approves=approves)


def _policy(town: Town) -> ApprovalPolicy:
    return ApprovalPolicy(
        group_id=town.group_ids[0], kind=ApproverKind.ROLE, approvers=["admin"], changed_by=BY
    )


def _signer(town: Town) -> AppSigner:
    return AppSigner(
        app_id=town.app_id,
        signer="team:HARBOUR",
        standing=SignerStanding.PINNED,
        release_id=town.release_id,
        accepted_by=BY,
    )


def _notice(recall: Recall, town: Town, notice_id: str = "") -> RecallNotice:
    return RecallNotice(
        id=notice_id or new_id(), recall_id=recall.id, tester_id=town.tester_id, teller="slack"
    )


async def _of_nudge(
    session: Session, town: Town, ask: Callable[[Nudge], Awaitable[object]]
) -> object:
    """Ask of a nudge with one word of its own id."""
    nudge = Nudge(key="nudge", release_id=town.release_id, requested_by=BY)
    session.add(nudge)
    await session.flush()
    await nudges.add_words(session, [_word(nudge, town, nudge.id)])
    return await ask(nudge)


def _word(nudge: Nudge, town: Town, word_id: str = "") -> NudgeWord:
    return NudgeWord(
        id=word_id or new_id(),
        nudge_id=nudge.id,
        release_id=town.release_id,
        tester_id=town.tester_id,
        teller="slack",
    )


async def _of_report(
    session: Session, town: Town, ask: Callable[[str], Awaitable[object]]
) -> object:
    """Ask of a report of trouble."""
    report = TroubleReport(release_id=town.release_id, tester_id=town.tester_id, saw="grey")
    session.add(report)
    await session.flush()
    return await ask(report.id)


async def _of_mark(session: Session, town: Town, ask: Callable[[], Awaitable[object]]) -> object:
    """Ask of figures that changed."""
    await tallies.changed(session, town.grant_id, now())
    return await ask()


async def _step_run(session: Session, town: Town) -> StepRun:
    return await step_runs.keep(
        session,
        StepRun(
            organization_id=town.organization_id,
            execution_id="Fx1",
            slack_id=town.manager,
            app=town.app,
            group="crowd",
        ),
    )


async def _get_step_run(session: Session, town: Town) -> object:
    return await step_runs.get(session, (await _step_run(session, town)).id)


async def _departure(session: Session, town: Town) -> Departure:
    one = Departure(
        organization_id=town.organization_id,
        slack_id=town.tester,
        tester_id=town.tester_id,
        name="Bob",
        turn=1,
        kind=DepartureKind.LEFT,
        by=BY,
        due_at=now(),
    )
    return await departures.add(session, one)


async def _of_departure(
    session: Session, town: Town, ask: Callable[[Departure], Awaitable[object]]
) -> object:
    return await ask(await _departure(session, town))


async def _of_notice(
    session: Session, town: Town, ask: Callable[[DepartureNotice], Awaitable[object]]
) -> object:
    notice = DepartureNotice(organization_id=town.organization_id, kind=NoticeKind.GONE)
    session.add(notice)
    await session.flush()
    await departures.put_in(session, [(await _departure(session, town)).id], notice)
    return await ask(notice)


def _recipient(town: Town) -> Sequence[Recipient]:
    one = Recipient(
        distribution_id=town.distribution_id,
        release_id=town.release_id,
        destination_id=town.destination_id,
        tester_id=town.other_id,
        teller="email",
    )
    return [one]


def _grant(town: Town) -> Grant:
    return Grant(
        release_id=town.release_id,
        tester_id=town.other_id,
        generation=9,
        token_hash=MARK,
        expires_at=now(),
    )


def _preparation(town: Town) -> Preparation:
    return Preparation(build_id=town.build_id, source_sha256=MARK)


def _promise() -> Promise:
    return Promise(key="new", sealed_body=b"sealed", holder="me", held_until=now())


WORK: dict[str, Question] = {
    "apps.get": lambda s, t: apps.get(s, t.app_id),
    "apps.of_package": lambda s, t: apps.of_package(s, t.organization_id, "ios", t.bundle_id),
    "apps.called": lambda s, t: apps.called(s, t.organization_id, t.app),
    "apps.every": lambda s, t: apps.every(s, t.organization_id),
    "apps.names_given_to": lambda s, t: apps.names_given_to(s, t.organization_id, t.tester, STATES),
    "apps.add": lambda s, t: apps.add(s, _app(t)),
    "audit.of": lambda s, t: audit.of(s, t.release_id),
    "builds.get": lambda s, t: builds.get(s, t.build_id),
    "builds.of_bytes": lambda s, t: builds.of_bytes(s, t.organization_id, t.digests[0]),
    "builds.before": _before,
    "builds.of_releases": lambda s, t: builds.of_releases(s, [t.release_id]),
    "builds.of_identity": lambda s, t: builds.of_identity(s, t.organization_id, "ios", t.bundle_id),
    "builds.is_icon": lambda s, t: builds.is_icon(s, t.icon),
    "builds.some_after": lambda s, _: builds.some_after(s, "", limit=5),
    "builds.blobs_in_use": lambda s, t: builds.blobs_in_use(s, t.digests[:2]),
    "releases.get": _release,
    "releases.basis": lambda s, t: releases.basis(s, t.release_id),
    "releases.in_full": lambda s, t: releases.in_full(s, t.release_id),
    "releases.newest_live": lambda s, t: releases.newest_live(s, t.app_id, limit=5),
    "releases.newest_build": lambda s, t: releases.newest_build(s, t.app_id),
    "releases.newest_version": lambda s, t: releases.newest_version(s, [t.release_id]),
    "releases.newest_of_tester": lambda s, t: releases.newest_of_tester(s, t.app_id, t.tester_id),
    "releases.newest_ids": lambda s, t: releases.newest_ids(s, t.app_id, limit=100),
    "releases.versions": lambda s, t: releases.versions(s, [t.release_id, t.draft_id]),
    "apps.lock": lambda s, t: apps.lock(s, t.app_id),
    "apps.names": lambda s, t: apps.names(s, [t.app_id]),
    "audit.last_of": lambda s, t: audit.last_of(s, [t.release_id], limit=20),
    # Of whoever did nearly everything either index has the last: one who did little is asked for.
    "audit.last_by": lambda s, t: audit.last_by(s, t.organization_id, SOMEBODY, limit=20),
    "audit.last": lambda s, t: audit.last(s, t.organization_id, limit=20),
    "audit.after": lambda s, t: audit.after(s, t.organization_id, BEGINNING, "", limit=500),
    "releases.add": lambda s, t: releases.add(s, _fresh(t)),
    "releases.lock": lambda s, t: releases.lock(s, t.release_id),
    "releases.sheets": lambda s, t: releases.sheets(s, [t.release_id]),
    "releases.of_builds": lambda s, t: releases.of_builds(s, [t.build_id]),
    "releases.change": _change,
    "rows.newest": lambda s, t: rows.newest(s, t.organization_id, STATES, like="quay 1"),
    "rows.of_app": lambda s, t: rows.of_app(s, t.app_id),
    "releases.of_version": lambda s, t: releases.of_version(s, t.app_id, "1.0.3", "1003"),
    "releases.has_file": lambda s, t: releases.has_file(s, t.app_id),
    "builds.newest_with_file": lambda s, t: builds.newest_with_file(s, t.app_id),
    "apps.locked": lambda s, t: apps.locked(s, t.app_id),
    "releases.shown": lambda s, t: releases.shown(s, t.release_id),
    "rows.tagged": lambda s, t: rows.tagged(s, t.organization_id, "beta", STATES, app_id=t.app_id),
    "tags.of_release": lambda s, t: tags.of_release(s, t.release_id),
    "tags.add": _tag,
    "tags.drop": lambda s, t: tags.drop(s, t.release_id, ["beta"]),
    "tags.known": lambda s, t: tags.known(s, t.organization_id, None),
    "edits.get": lambda s, t: _of_edit(s, t, lambda one: edits.get(s, one.id)),
    "edits.unfinished": lambda s, _: edits.unfinished(s, now(), BEGINNING),
    "rows.meant": lambda s, t: rows.meant(s, t.app_id, "3"),
    "rows.newest_of_each": lambda s, t: rows.newest_of_each(s, t.organization_id),
    "rows.those": lambda s, t: rows.those(s, [t.release_id, t.draft_id]),
    "symbols.with_version": _with_version,
    "symbols.keep": lambda s, t: symbols.keep(s, _symbols(t)),
    "symbols.without_build": lambda s, t: symbols.without_build(s, t.organization_id, "ios"),
    "symbols.tie": lambda s, t: symbols.tie(s, ["0" * 32], t.build_id),
    "symbols.blobs_in_use": lambda s, t: symbols.blobs_in_use(s, t.digests[:2]),
    "uploads.get": lambda s, t: uploads.get(s, t.upload_id),
    "uploads.of_key": lambda s, t: uploads.of_key(s, f"slack:T1:F{t.upload_id}"),
    "uploads.receive": lambda s, t: uploads.receive(s, _upload(t)),
    "uploads.add_place": lambda s, t: uploads.add_place(s, _place(t)),
    "uploads.place_in": lambda s, t: uploads.place_in(s, t.upload_id, "slack", t.channel_id),
    "uploads.places": lambda s, t: uploads.places(s, [t.upload_id]),
    "uploads.of_releases": lambda s, t: uploads.of_releases(s, [t.release_id]),
    "uploads.of_build": lambda s, t: uploads.of_build(s, t.build_id),
    "uploads.coming": lambda s, t: uploads.coming(s, t.organization_id, f"ios {t.bundle_id}"),
    "uploads.ahead_of": _ahead_of,
    "uploads.unfinished": lambda s, _: uploads.unfinished(s, now(), since=BEGINNING),
    "uploads.newest_at": lambda s, t: uploads.newest_at(s, t.organization_id, "slack"),
    "uploads.unclaimed": lambda s, t: uploads.unclaimed(
        s, t.organization_id, "ios", "com.example.nobody"
    ),
    "uploads.turn": lambda s, t: uploads.turn(s, t.upload_id, UploadState.KEPT),
    "variants.get": _get_variant,
    "variants.want": _want,
    "variants.ready": lambda s, t: variants.ready(s, t.build_id),
    "variants.signings": lambda s, t: variants.signings(s, [t.build_id]),
    "variants.ready_with_tag": lambda s, t: variants.ready_with_tag(s, t.build_id, "a"),
    "variants.signed_anew": lambda s, t: variants.signed_anew(s, t.build_id, MARK),
    "variants.preparation_of": lambda s, t: variants.preparation_of(s, t.build_id, MARK),
    "variants.refusal_of": lambda s, t: variants.refusal_of(s, t.build_id, MARK),
    "variants.prepared": lambda s, t: variants.prepared(s, t.build_id, MARK),
    "variants.keep_preparation": lambda s, t: variants.keep_preparation(s, _preparation(t)),
    "variants.crowded": lambda s, _: variants.crowded(s, "", limit=100),
    "variants.prepared_twice": lambda s, _: variants.prepared_twice(s, "", limit=100),
    "variants.drop": lambda s, _: variants.drop(s, [MARK], now()),
    "variants.drop_unused_bases": lambda s, t: variants.drop_unused_bases(s, t.build_id, now()),
    "variants.blobs_in_use": lambda s, t: variants.blobs_in_use(s, t.digests[:2]),
    "variants.finish": _finish,
}

TRACKS: dict[str, Question] = {
    "tracks.rules_of": lambda s, t: tracks.rules_of(s, [t.app_id]),
    "tracks.add": lambda s, t: tracks.add(s, _track_rule(t)),
    "tracks.drop": lambda s, t: tracks.drop(s, t.app_id, TrackRuleKind.PATTERN, "*-staging*"),
    "tracks.rename_channel": lambda s, _: tracks.rename_channel(s, "C1", "C2"),
    "tracks.every": lambda s, t: tracks.every(s, t.organization_id),
    "tracks.beside": _beside,
}

PRODUCTS: dict[str, Question] = {
    "products.get": _product,
    "products.every": lambda s, t: products.every(s, t.organization_id),
    "products.apps_of": lambda s, _: products.apps_of(s, MARK),
    "products.drop": lambda s, _: products.drop(s, MARK),
    "products.siblings": _siblings,
    "products.companions": lambda s, t: products.companions(s, t.release_id, t.tester_id),
    "products.acts_of": lambda s, _: products.acts_of(s, MARK),
    "products.shares_of": lambda s, t: products.shares_of(s, MARK, t.tester_id),
    "products.apps_in": lambda s, t: products.apps_in(s, [t.app_id]),
    "pending_orders.get": lambda s, t: _of_pending(s, t, lambda one: pending_orders.get(s, one.id)),
    "pending_orders.hold": lambda s, t: _of_pending(
        s, t, lambda one: pending_orders.hold(s, one.id)
    ),
    "pending_orders.of_key": lambda s, _: pending_orders.of_key(s, "pending"),
    "pending_orders.add": lambda s, t: _of_pending(s, t, lambda one: pending_orders.get(s, one.id)),
    "pending_orders.of_release": lambda s, t: pending_orders.of_release(s, t.release_id),
    "pending_orders.beside": lambda s, t: _of_pending(s, t, lambda _: _waiting_beside(s, t)),
    "pending_orders.waiting": lambda s, t: pending_orders.waiting(s, t.organization_id),
    "pending_orders.siblings": lambda s, t: _of_pending(
        s, t, lambda one: pending_orders.siblings(s, [one.id])
    ),
    "pending_orders.shown": lambda s, t: _of_pending(
        s, t, lambda one: pending_orders.shown(s, one.id, 1)
    ),
    "pending_orders.unshown": lambda s, _: pending_orders.unshown(s, now(), BEGINNING),
}

REACH: dict[str, Question] = {
    "destinations.add": lambda s, t: destinations.add(s, _destination(t)),
    "destinations.of_releases": lambda s, t: destinations.of_releases(s, [t.release_id]),
    "destinations.named": lambda s, t: destinations.named(s, [t.release_id]),
    "destinations.of_distributions": lambda s, t: destinations.of_distributions(
        s, [t.distribution_id]
    ),
    "destinations.aim": lambda s, t: destinations.aim(
        s, [Target(distribution_id=t.distribution_id, destination_id=t.destination_id)]
    ),
    "destinations.target_of": lambda s, t: destinations.target_of(
        s, t.distribution_id, t.destination_id
    ),
    "destinations.notes_of": lambda s, t: destinations.notes_of(s, t.destination_id),
    "destinations.note": lambda s, t: destinations.note(s, [t.destination_id], "For you."),
    "destinations.current_above": lambda s, t: destinations.current_above(s, t.app_id, 0),
    "destinations.current": lambda s, t: destinations.current(
        s, t.app_id, DestinationKind.GROUP, t.group_ids[:1]
    ),
    "destinations.entitling": lambda s, t: destinations.entitling(s, t.release_id, t.tester_id),
    "destinations.supersede": lambda s, t: destinations.supersede(
        s, [t.destination_id], by=t.release_id, at=now()
    ),
    "destinations.recall": lambda s, t: destinations.recall(s, [t.destination_id], by=BY, at=now()),
    "destinations.renew": lambda s, t: destinations.renew(s, [t.destination_id], at=now()),
    "destinations.come_back": lambda s, t: destinations.come_back(s, [t.destination_id], at=now()),
    "destinations.before": lambda s, t: destinations.before(
        s, t.app_id, DestinationKind.GROUP, t.group_ids
    ),
    "destinations.superseded_by": lambda s, t: destinations.superseded_by(s, t.release_id),
    "earlier.in_groups": lambda s, t: earlier.in_groups(
        s, t.group_ids[:1], version="1.0.0", build="1", number=1, limit=100
    ),
    "earlier.of_release": lambda s, t: earlier.of_release(s, t.release_id, limit=100),
    "distributions.get": lambda s, t: distributions.get(s, t.distribution_id),
    "distributions.of_key": lambda s, t: distributions.of_key(s, f"form:{t.distribution_id}"),
    "distributions.of_releases": lambda s, t: distributions.of_releases(s, [t.release_id]),
    "distributions.last_about": lambda s, t: distributions.last_about(s, t.destination_id),
    "distributions.with_targets": lambda s, t: distributions.with_targets(s, t.release_id),
    "distributions.unfinished": lambda s, _: distributions.unfinished(s, now(), since=BEGINNING),
    "grants.get": lambda s, t: grants.get(s, t.grant_id),
    "grants.newest": lambda s, t: grants.newest(s, [t.release_id], t.other_id),
    "grants.keep": lambda s, t: grants.keep(s, _grant(t)),
    "grants.with_token_hash": _token,
    "grants.any_holds": lambda s, _: grants.any_holds(s, now()),
    "grants.expire": lambda s, _: grants.expire(s, now()),
    "grants.end_of": lambda s, t: grants.end_of(s, t.tester_id, now()),
    "grants.revoke": lambda s, t: grants.revoke(s, t.grant_id, now()),
    "grants.revoke_release": lambda s, t: grants.revoke_release(s, t.release_id, now()),
    "step_runs.get": _get_step_run,
    "step_runs.keep": _step_run,
    "step_runs.unanswered": lambda s, _: step_runs.unanswered(s, now(), BEGINNING),
    "step_runs.consents": lambda s, t: step_runs.consents(s, t.organization_id, t.manager),
    "step_runs.consent": lambda s, t: step_runs.consent(s, t.organization_id, t.manager),
    "step_runs.withdraw_consent": lambda s, t: step_runs.withdraw_consent(
        s, t.organization_id, t.manager
    ),
    "departures.add": _departure,
    "departures.locked": lambda s, t: _of_departure(s, t, lambda one: departures.locked(s, one.id)),
    "departures.those": lambda s, t: _of_departure(s, t, lambda one: departures.those(s, [one.id])),
    "departures.last_of": lambda s, t: departures.last_of(s, t.organization_id, t.tester),
    "departures.unfinished": lambda s, _: departures.unfinished(s, now(), BEGINNING),
    "departures.owed": lambda s, t: departures.owed(s, t.organization_id, limit=500),
    "departures.put_in": lambda s, t: _of_notice(s, t, lambda one: departures.put_in(s, [], one)),
    "departures.notice": lambda s, t: _of_notice(s, t, lambda one: departures.notice(s, one.id)),
    "departures.in_notice": lambda s, t: _of_notice(s, t, lambda one: departures.in_notice(s, one)),
    "departures.recent": lambda s, _: departures.recent(s, BEGINNING, limit=40),
    "departures.changed": lambda s, t: _of_notice(
        s, t, lambda one: departures.changed(s, [one.id], at=now())
    ),
    "departures.shown": lambda s, t: _of_notice(s, t, lambda one: departures.shown(s, one.id, 1)),
    "departures.unshown": lambda s, _: departures.unshown(s, now(), BEGINNING),
    "departures.astray": lambda s, t: departures.astray(s, t.organization_id, limit=500),
    "departures.longest_unasked": lambda s, t: departures.longest_unasked(
        s, t.organization_id, now(), limit=60
    ),
    "group_rolls.those": lambda s, t: group_rolls.those(s, t.group_ids),
    "group_rolls.keep": lambda s, t: group_rolls.keep(s, {t.crowd_id: [t.tester_id]}),
    "receipts.claim": lambda s, t: receipts.claim(s, t.grant_id, ReceiptKind.OPENED),
    "receipts.began": lambda s, t: receipts.began(s, t.release_id, [t.tester_id, t.other_id]),
    "receipts.tallies": lambda s, t: receipts.tallies(s, [t.release_id]),
    "recipients.held_by": lambda s, t: recipients.held_by(s, t.tester_id),
    "recipients.give_back": lambda s, t: recipients.give_back(
        s, [t.recipient_id], RecipientState.TOLD
    ),
    "recipients.get": lambda s, t: recipients.get(s, t.recipient_id),
    "recipients.add": lambda s, t: recipients.add(s, _recipient(t)),
    "recipients.of_releases": lambda s, t: recipients.of_releases(s, [t.release_id]),
    "recipients.untold": lambda s, t: recipients.untold(s, [t.release_id]),
    "recipients.held": lambda s, t: recipients.held(s, t.release_id),
    "recipients.releases_held": lambda s, t: recipients.releases_held(s, [t.release_id]),
    "recipients.held_by_name": lambda s, t: recipients.held_by_name(s, t.release_id, limit=30),
    "recipients.move": lambda s, t: recipients.move(
        s, [t.recipient_id], RecipientState.HELD, RecipientState.WAITING
    ),
    "recipients.told_of": lambda s, t: recipients.told_of(s, t.tester_id, [t.release_id]),
    "recipients.count_entitled": lambda s, t: recipients.count_entitled(s, t.release_id),
    "recipients.is_entitled": lambda s, t: recipients.is_entitled(s, t.release_id, t.tester_id),
    "recipients.of_recall": lambda s, t: _of_recall(
        s, t, lambda one: recipients.of_recall(s, one.id)
    ),
    "recipients.testers_of_recall": lambda s, t: _of_recall(
        s, t, lambda one: recipients.testers_of_recall(s, one.id)
    ),
    "recipients.strangers_in": lambda s, t: recipients.strangers_in(
        s, t.group_ids[0], [t.tester_id]
    ),
    "recipients.only_by": lambda s, t: recipients.only_by(s, t.group_ids[0], [t.tester_id]),
    "recipients.come_back": lambda s, t: recipients.come_back(s, t.recipient_ids, t.destination_id),
    "recipients.leave": lambda s, t: recipients.leave(s, t.recipient_ids, at=now()),
    "destinations.current_in": lambda s, t: destinations.current_in(s, t.group_ids[0]),
    "destinations.names_current_in": lambda s, t: destinations.names_current_in(s, t.group_ids[0]),
    "destinations.has_any": lambda s, t: destinations.has_any(s, t.group_ids[0]),
    "groups.memberships_of": lambda s, t: groups.memberships_of(s, t.tester_id),
    "groups.remove_everywhere": lambda s, t: groups.remove_everywhere(s, t.tester_id),
    "groups.channel_renamed": lambda s, t: groups.channel_renamed(s, t.channel_id, at=now()),
    "groups.lock": lambda s, t: groups.lock(s, t.crowd_id),
    "groups.changed": lambda s, t: groups.changed(s, t.crowd_id, by=BY, at=now()),
    "groups.settled": lambda s, t: groups.settled(s, t.crowd_id, 1),
    "groups.unsettled": lambda s, _: groups.unsettled(s, now(), BEGINNING),
    "groups.with_usergroup": lambda s, t: groups.with_usergroup(s, t.usergroup_id),
    "groups.of_usergroups": lambda s, t: groups.of_usergroups(s, t.organization_id),
    "recipients.withdraw": lambda s, t: _of_recall(
        s, t, lambda one: recipients.withdraw(s, t.recipient_ids, one.id, at=now())
    ),
    "recipients.entitle_by": lambda s, t: recipients.entitle_by(
        s, t.recipient_ids, t.destination_id
    ),
    "apps.platforms": lambda s, t: apps.platforms(s, [t.app_id]),
    "recipients.told_since": lambda s, t: recipients.told_since(s, t.app_id, 0),
    "demanded.binding": _binding,
    "demanded.reached": lambda s, t: demanded.reached(s, [t.destination_id]),
    "demanded.told_members": lambda s, t: demanded.told_members(s, [t.group_ids[0]]),
    "demanded.wanted": lambda s, t: demanded.wanted(s, [t.app_id], [t.tester_id]),
    "demanded.begun": lambda s, t: demanded.begun(s, [t.app_id], [t.tester_id]),
    "mandates.get": lambda s, t: _of_mandate(s, t, lambda one: mandates.get(s, one.id)),
    "mandates.of_key": lambda s, _: mandates.of_key(s, "mandate"),
    "mandates.of_release": lambda s, t: mandates.of_release(s, t.release_id),
    "mandates.undoing": lambda s, t: _of_mandate(s, t, lambda one: mandates.undoing(s, [one.id])),
    "mandates.unfinished": lambda s, _: mandates.unfinished(s, now(), BEGINNING),
    "milestones.get": lambda s, t: _of_milestone(s, t, lambda one: milestones.get(s, one.id)),
    "milestones.plan": lambda s, t: milestones.plan(
        s, t.release_id, {(MilestoneKind.START, now())}
    ),
    "milestones.due": lambda s, _: milestones.due(s, now(), BEGINNING),
    "reminders.get": lambda s, t: _of_milestone(s, t, lambda one: reminders.get(s, one.id)),
    "reminders.add": lambda s, t: _of_milestone(
        s, t, lambda one: reminders.add(s, [_again(one, t)])
    ),
    "reminders.of_milestone": lambda s, t: _of_milestone(
        s, t, lambda one: reminders.of_milestone(s, one.id)
    ),
    "reminders.told_of": lambda s, t: reminders.told_of(s, t.release_id),
    "reminders.told_to": lambda s, t: reminders.told_to(s, t.tester_id, t.app_id),
    "reminders.unreached": lambda s, t: _of_milestone(
        s, t, lambda one: reminders.unreached(s, one.id)
    ),
    "approvals.policies": lambda s, t: approvals.policies(s, t.group_ids),
    "approvals.keep_policy": lambda s, t: approvals.keep_policy(s, _policy(t)),
    "approvals.drop_policy": lambda s, t: approvals.drop_policy(s, t.group_ids[0]),
    "approvals.get": lambda s, t: _of_request(s, t, lambda one: approvals.get(s, one.id)),
    "approvals.hold": lambda s, t: _of_request(s, t, lambda one: approvals.hold(s, one.id)),
    "approvals.of_key": lambda s, _: approvals.of_key(s, "request"),
    "approvals.add": lambda s, t: _of_request(s, t, lambda one: approvals.get(s, one.id)),
    "approvals.of_release": lambda s, t: approvals.of_release(
        s, t.release_id, {ApprovalState.WAITING}
    ),
    "approvals.waiting": lambda s, t: approvals.waiting(s, t.organization_id),
    "approvals.first_waiting": lambda s, t: approvals.first_waiting(s, t.organization_id, limit=5),
    "approvals.count_waiting": lambda s, t: approvals.count_waiting(s, t.organization_id),
    "approvals.ended_releases": lambda s, t: approvals.ended_releases(s, [t.release_id]),
    "approvals.decisions": lambda s, t: _of_request(
        s, t, lambda one: approvals.decisions(s, [one.id])
    ),
    "approvals.decide": lambda s, t: _of_request(
        s, t, lambda one: approvals.decide(s, _said(one, approves=False))
    ),
    "approvals.said_by": lambda s, t: approvals.said_by(s, t.organization_id, BY),
    "approvals.shown": lambda s, t: _of_request(s, t, lambda one: approvals.shown(s, one.id, 1)),
    "approvals.unshown": lambda s, _: approvals.unshown(s, now(), BEGINNING),
    "signers.of_app": lambda s, t: signers.of_app(s, t.app_id),
    "signers.accept": lambda s, t: signers.accept(s, _signer(t)),
    "recalls.get": lambda s, t: _of_recall(s, t, lambda one: recalls.get(s, one.id)),
    "recalls.of_key": lambda s, _: recalls.of_key(s, "recall"),
    "recalls.of_release": lambda s, t: recalls.of_release(s, t.release_id),
    "recalls.unfinished": lambda s, _: recalls.unfinished(s, now(), BEGINNING),
    "recalls.notice": lambda s, t: _of_recall(s, t, lambda one: recalls.notice(s, one.id)),
    "recalls.add_notices": lambda s, t: _of_recall(
        s, t, lambda one: recalls.add_notices(s, [_notice(one, t)])
    ),
    "recalls.notices": lambda s, t: _of_recall(s, t, lambda one: recalls.notices(s, one.id)),
    "recalls.wait_again": lambda s, t: _of_recall(s, t, lambda one: recalls.wait_again(s, one.id)),
    "recalls.counts": lambda s, t: _of_recall(s, t, lambda one: recalls.counts(s, [one.id])),
    "recalls.unreached": lambda s, t: _of_recall(
        s, t, lambda one: recalls.unreached(s, one.id, limit=25)
    ),
    "offers.of_tester": lambda s, t: offers.of_tester(s, t.tester_id, apps=50, of_each=11),
    "personal_pages.newest": lambda s, t: personal_pages.newest(s, t.tester_id),
    "personal_pages.keep": lambda s, t: personal_pages.keep(s, _page(t)),
    "personal_pages.with_token_hash": lambda s, _: personal_pages.with_token_hash(s, MARK),
    "personal_pages.extend": lambda s, _: personal_pages.extend(s, MARK[:32], now()),
    "personal_pages.revoke": lambda s, t: personal_pages.revoke(s, t.tester_id, now()),
    "home_tabs.of": lambda s, t: home_tabs.of(s, t.organization_id, t.tester),
    "home_tabs.opened": lambda s, t: home_tabs.opened(s, _tab(t)),
    "home_tabs.drawn": lambda s, t: home_tabs.drawn(s, _tab(t)),
    "home_tabs.due": lambda s, t: home_tabs.due(
        s, t.organization_id, now(), opened_since=BEGINNING, limit=60
    ),
    "home_tabs.move": lambda s, _: home_tabs.move(s, MARK[:32], now(), now(), tries=0),
    "home_tabs.bring_forward": lambda s, t: home_tabs.bring_forward(
        s, t.organization_id, t.tester, now()
    ),
    "home_tabs.stir_testers": lambda s, t: home_tabs.stir_testers(s, [t.tester_id], now()),
    "home_tabs.stir_owners": lambda s, _: home_tabs.stir_owners(s, [MARK[:32]], now()),
    "home_tabs.stir_people": lambda s, t: home_tabs.stir_people(
        s, t.organization_id, [t.tester], now()
    ),
    "home_tabs.stir_release": lambda s, t: home_tabs.stir_release(s, t.release_id, now()),
    "home_tabs.stir_managers": lambda s, t: home_tabs.stir_managers(s, t.organization_id, now()),
    "home_tabs.forget": lambda s, _: home_tabs.forget(s, BEGINNING),
    "holders.first": lambda s, t: holders.first(s, _who(t), limit=5),
    "holders.page": lambda s, t: holders.page(s, _who(t), after=5, limit=5),
    "holders.everybody": lambda s, t: holders.everybody(s, _who(t, inside=[t.tester_id])),
    "holders.given": lambda s, t: holders.given(s, t.release_id, [t.tester_id]),
    "holders.have_all": lambda s, t: holders.have_all(s, t.release_id, [t.tester_id]),
    "mutes.those": lambda s, t: mutes.those(s, t.app_id, [t.tester_id, t.other_id]),
    "mutes.add": lambda s, t: mutes.add(s, t.app_id, t.tester_id),
    "mutes.remove": lambda s, t: mutes.remove(s, t.app_id, t.tester_id),
    "mutes.apps_of": lambda s, t: mutes.apps_of(s, t.tester_id),
    "nudges.get": lambda s, t: _of_nudge(s, t, lambda one: nudges.get(s, one.id)),
    "nudges.of_key": lambda s, _: nudges.of_key(s, "nudge"),
    "nudges.unfinished": lambda s, _: nudges.unfinished(s, now(), BEGINNING),
    "nudges.word": lambda s, t: _of_nudge(s, t, lambda one: nudges.word(s, one.id)),
    "nudges.add_words": lambda s, t: _of_nudge(
        s, t, lambda one: nudges.add_words(s, [_word(one, t)])
    ),
    "nudges.waiting": lambda s, t: _of_nudge(s, t, lambda one: nudges.waiting(s, one.id)),
    "nudges.lately": lambda s, t: _of_nudge(
        s, t, lambda _: nudges.lately(s, t.release_id, BEGINNING)
    ),
    "nudges.told": lambda s, t: nudges.told(s, t.release_id, t.tester_id),
    "nudges.wait_again": lambda s, t: _of_nudge(
        s, t, lambda one: nudges.wait_again(s, one.id, [t.other_id])
    ),
    "nudges.counts": lambda s, t: _of_nudge(s, t, lambda one: nudges.counts(s, one.id)),
    "nudges.unreached": lambda s, t: _of_nudge(
        s, t, lambda one: nudges.unreached(s, one.id, limit=25)
    ),
    "join_links.get": lambda s, t: _of_join(s, t, lambda one: join_links.get(s, one.link_id)),
    "join_links.with_token_hash": lambda s, _: join_links.with_token_hash(s, MARK),
    "join_links.of_key": lambda s, _: join_links.of_key(s, "key"),
    "join_links.those": lambda s, _: join_links.those(s, [MARK[:32]]),
    "join_links.holding": lambda s, t: join_links.holding(s, t.organization_id, now(), limit=30),
    "join_links.holding_of": lambda s, _: join_links.holding_of(s, MARK[:32], now()),
    "join_links.lock": lambda s, _: join_links.lock(s, MARK[:32]),
    "join_links.revoke": lambda s, _: join_links.revoke(s, MARK[:32], now()),
    "join_links.counts": lambda s, _: join_links.counts(s, [MARK[:32]]),
    "join_requests.get": lambda s, t: _of_join(s, t, lambda one: join_requests.get(s, one.id)),
    "join_requests.with_token_hash": lambda s, _: join_requests.with_token_hash(s, MARK),
    "join_requests.of_key": lambda s, _: join_requests.of_key(s, MARK[:32], "k"),
    "join_requests.asked_since": lambda s, _: join_requests.asked_since(s, MARK[:32], BEGINNING),
    "join_requests.waiting_with": lambda s, _: join_requests.waiting_with(s, ["zoe@example.com"]),
    "join_requests.decide": lambda s, t: _of_join(
        s,
        t,
        lambda one: join_requests.decide(s, one.id, JoinState.DECLINED, at=now(), by=BY),
    ),
    "join_requests.lead_nowhere": lambda s, t: join_requests.lead_nowhere(s, t.tester_id),
    "join_requests.shown": lambda s, _: join_requests.shown(s, MARK[:32], 1),
    "join_requests.unshown": lambda s, _: join_requests.unshown(s, now(), BEGINNING),
    "join_requests.late": lambda s, _: join_requests.late(s, now(), limit=10),
    "join_requests.forget": lambda s, _: join_requests.forget(s, BEGINNING),
    "recalls.lost_by": lambda s, t: recalls.lost_by(s, t.tester_id, BEGINNING, limit=5),
    "troubles.get": lambda s, t: _of_report(s, t, lambda one: troubles.get(s, one)),
    "troubles.last_of": lambda s, t: troubles.last_of(s, t.release_id, t.tester_id, BEGINNING),
    "troubles.of_release": lambda s, t: troubles.of_release(s, t.release_id),
    "troubles.unfinished": lambda s, _: troubles.unfinished(s, now(), BEGINNING),
    "troubles.end": lambda s, t: _of_report(
        s, t, lambda one: troubles.end(s, one, TroubleState.SAID)
    ),
    "tallies.changed": lambda s, t: tallies.changed(s, t.grant_id, now()),
    "tallies.are_due": lambda s, _: tallies.are_due(s, now()),
    "tallies.take_up": lambda s, t: _of_mark(
        s, t, lambda: tallies.take_up(s, now(), until=now(), limit=5)
    ),
    "tallies.drawn": lambda s, t: _of_mark(
        s, t, lambda: tallies.drawn(s, t.release_id, now(), "1/0/0/0")
    ),
    "recipients.in_full": lambda s, t: recipients.in_full(s, t.recipient_id),
    "recipients.given_to": lambda s, t: recipients.given_to(
        s, t.organization_id, t.tester, limit=20
    ),
    "recipients.had": lambda s, t: recipients.had(
        s, t.organization_id, t.tester, [t.release_id], STATES
    ),
    "recipients.shares": lambda s, t: recipients.shares(s, t.release_id, [t.tester_id]),
    "recipients.unreached": lambda s, t: recipients.unreached(s, t.release_id, limit=30),
    "recipients.unreached_by": lambda s, t: recipients.unreached_by(
        s, t.release_id, t.distribution_id, limit=30
    ),
    "recipients.counts_of_acts": lambda s, t: recipients.counts_of_acts(s, [t.distribution_id]),
    "recipients.counts": lambda s, t: recipients.counts(s, [t.release_id, t.everywhere_id]),
    "postings.get": lambda s, t: postings.get(s, f"recipient:{t.recipient_id}"),
    "postings.intend": lambda s, _: postings.intend(
        s, "new", team_id="T1", channel_id="C1", thread_ts=None
    ),
    "postings.posted": lambda s, t: postings.posted(
        s, f"recipient:{t.recipient_id}", ts="1.0", digest=MARK
    ),
    "postings.lost": lambda s, t: postings.lost(s, f"recipient:{t.recipient_id}"),
    "postings.at": lambda s, t: postings.at(s, t.channel_id, "1700000100.000100"),
    "postings.starting_with": lambda s, t: postings.starting_with(s, f"release:{t.release_id}:"),
    "promises.make": lambda s, _: promises.make(s, _promise()),
    "promises.forget": lambda s, _: promises.forget(s, "new", "me"),
    "promises.hold": lambda s, _: promises.hold(s, ["new"], "me", now()),
    "promises.are_free": lambda s, _: promises.are_free(s, "me", now=now(), orphans=False),
    "promises.take_up": lambda s, _: promises.take_up(
        s, "me", now=now(), until=now(), orphans=False
    ),
}

PEOPLE: dict[str, Question] = {
    "devices.mark_left": lambda s, t: devices.mark_left(s, [MARK], t.tester_id, now()),
    "devices.of_testers": lambda s, t: devices.of_testers(s, [t.tester_id]),
    "groups.get": lambda s, t: groups.get(s, t.crowd_id),
    "groups.has_member": lambda s, t: groups.has_member(s, MARK[:32], t.tester_id),
    "groups.with_slug": lambda s, t: groups.with_slug(s, t.organization_id, "crowd"),
    "groups.every": lambda s, t: groups.every(s, t.organization_id),
    "groups.add": lambda s, t: groups.add(
        s, Group(organization_id=t.organization_id, name="New", slug="new", created_by=BY)
    ),
    "groups.remove": lambda s, t: groups.remove(s, t.crowd_id),
    "groups.those": lambda s, t: groups.those(s, t.group_ids[:1]),
    "groups.members": lambda s, t: groups.members(s, t.group_ids[:1]),
    "groups.member_accounts": lambda s, t: groups.member_accounts(s, t.group_ids[:1]),
    "groups.names_of": lambda s, t: groups.names_of(s, [t.tester_id]),
    "groups.add_members": lambda s, t: groups.add_members(s, t.crowd_id, [t.tester_id]),
    "groups.remove_members": lambda s, t: groups.remove_members(s, t.crowd_id, [t.tester_id]),
    "groups.usergroups": lambda s, t: groups.usergroups(s, t.group_ids[:1]),
    "groups.add_usergroup": lambda s, t: groups.add_usergroup(s, t.crowd_id, "S1", "one"),
    "groups.remove_usergroup": lambda s, t: groups.remove_usergroup(s, t.crowd_id, t.usergroup_id),
    "groups.channels": lambda s, t: groups.channels(s, t.group_ids[:1]),
    "groups.heard_in": lambda s, t: groups.heard_in(s, t.organization_id, t.channel_id),
    "groups.connect": lambda s, t: groups.connect(s, t.crowd_id, t.channel_id, BY),
    "groups.disconnect": lambda s, t: groups.disconnect(s, t.crowd_id, t.channel_id),
    "groups.set_broken": lambda s, t: groups.set_broken(s, t.channel_id, "archived"),
    "groups.rename_channel": lambda s, t: groups.rename_channel(s, t.channel_id, "C1"),
    "apple_invitations.with_token_hash": lambda s, _: apple_invitations.with_token_hash(s, MARK),
    "apple_invitations.claim": lambda s, _: apple_invitations.claim(s, MARK[:32], now()),
    "apple_invitations.give_back": lambda s, _: apple_invitations.give_back(s, MARK[:32], ""),
    "apple_invitations.sweep": lambda s, t: apple_invitations.sweep(
        s, t.organization_id, BEGINNING
    ),
    "devices.get": _got,
    "devices.standings": lambda s, t: devices.standings(s, [t.tester_id], [MARK]),
    "devices.given_standings": lambda s, t: devices.given_standings(s, t.release_id, [MARK]),
    "devices.udids": lambda s, t: devices.udids(s, [t.tester_id]),
    "devices.owned": lambda s, _: devices.owned(s, [MARK]),
    "devices.every": lambda s, t: devices.every(s, t.organization_id, limit=50),
    "devices.count": lambda s, t: devices.count(s, t.organization_id),
    "devices.with_lower_udids": lambda s, t: devices.with_lower_udids(
        s, t.organization_id, [UDID.lower()]
    ),
    "devices.claim": _device,
    "enrolments.newest_link": lambda s, t: enrolments.newest_link(s, t.tester_id, BEGINNING),
    "enrolments.link_with_hash": _link_with_hash,
    "enrolments.make_room": _room,
    "enrolments.answered": lambda s, t: enrolments.answered(s, t.tester_id, BEGINNING),
    "enrolments.challenge_with_hash": _challenge_with_hash,
    "enrolments.challenge_with_result": _challenge_with_result,
    "enrolments.attempt": _attempt,
    "enrolments.spend": _spend,
    "enrolments.conclude": _conclude,
    "enrolments.forget": lambda s, _: enrolments.forget(s, BEGINNING),
    "registrations.get": lambda s, t: _of_registration(
        s, t, lambda one: registrations.get(s, one.id)
    ),
    "registrations.ask": _registration,
    "registrations.those": lambda s, _: registrations.those(s, [MARK]),
    "registrations.asked_at_once": lambda s, _: registrations.asked_at_once(s, MARK, BY, BEGINNING),
    "registrations.unasked": lambda s, t: registrations.unasked(s, t.organization_id, limit=9),
    "registrations.of_devices": lambda s, _: registrations.of_devices(s, [MARK]),
    "registrations.in_state": lambda s, _: registrations.in_state(
        s, [MARK], RegistrationState.READY, limit=9
    ),
    "registrations.of_udids": lambda s, _: registrations.of_udids(s, MARK, [UDID]),
    "registrations.of_team": lambda s, _: registrations.of_team(s, MARK),
    "registrations.asked_of": lambda s, _: registrations.asked_of(
        s, [MARK], [RegistrationState.READY]
    ),
    "registrations.due": lambda s, _: registrations.due(
        s, [RegistrationState.PROCESSING], now(), BEGINNING
    ),
    "registrations.move": lambda s, t: _of_registration(
        s, t, lambda one: registrations.move(s, one, RegistrationState.READY)
    ),
    "slots.of_teams": lambda s, _: slots.of_teams(s, [MARK]),
    "slots.replace": _replace_slots,
    "slots.keep": _keep_slot,
    "device_policies.of": lambda s, t: device_policies.of(s, t.organization_id),
    "device_policies.keep": lambda s, t: device_policies.keep(
        s, DevicePolicy(organization_id=t.organization_id)
    ),
    "device_policies.rules": lambda s, t: device_policies.rules(s, t.organization_id),
    "device_policies.add_rule": lambda s, t: device_policies.add_rule(s, _rule(t)),
    "device_policies.drop_rule": lambda s, t: device_policies.drop_rule(
        s, t.organization_id, ApprovalSubject.EVERYBODY, ""
    ),
    "waves.get": lambda s, t: _of_wave(s, t, lambda one: waves.get(s, one.id)),
    "waves.those": lambda s, _: waves.those(s, [MARK]),
    "rebuilds.get": lambda s, t: _of_rebuild(s, t, lambda one: rebuilds.get(s, one.id)),
    "rebuilds.want": _rebuild,
    "rebuilds.asked_before": lambda s, t: _of_rebuild(
        s, t, lambda one: rebuilds.asked_before(s, one)
    ),
    "rebuilds.unfinished": lambda s, _: rebuilds.unfinished(s, now(), BEGINNING),
    "rebuilds.move": lambda s, t: _of_rebuild(
        s, t, lambda one: rebuilds.move(s, one, RebuildState.UNDERWAY)
    ),
    "waves.want": _wave,
    "waves.before": lambda s, t: _of_wave(s, t, lambda one: waves.before(s, one)),
    "waves.last": lambda s, _: waves.last(s, MARK, ["com.example"]),
    "waves.succeeded": lambda s, _: waves.succeeded(s, MARK, ["com.example"], before=9),
    "waves.unfinished": lambda s, _: waves.unfinished(s, now(), BEGINNING),
    "waves.move": lambda s, t: _of_wave(s, t, lambda one: waves.move(s, one, WaveState.UNDERWAY)),
    "waves.generations": lambda s, _: waves.generations(s, MARK, ["com.example"]),
    "waves.ends": lambda s, _: waves.ends(s, MARK, ["com.example"]),
    "waves.intend": _generation,
    "waves.generation": _get_generation,
    "releases.current_given": lambda s, t: releases.current_given(s, [t.tester_id], "ios"),
    "releases.programs_given": lambda s, t: releases.programs_given(s, [t.tester_id]),
    "releases.live_of_program": lambda s, t: releases.live_of_program(
        s, t.organization_id, "ios", "com.example"
    ),
    "releases.programs_live": lambda s, t: releases.programs_live(s, t.organization_id, "ios"),
    "recipients.entitled": lambda s, t: recipients.entitled(s, [t.release_id]),
    "receipts.last_installed": lambda s, t: receipts.last_installed(s, [t.tester_id]),
    "apple_teams.get": _get_team,
    "apple_teams.every": lambda s, _: apple_teams.every(s),
    "apple_teams.connected": lambda s, t: apple_teams.connected(s, t.organization_id),
    "apple_teams.of_issuer": lambda s, t: apple_teams.of_issuer(s, t.organization_id, ISSUER),
    "identities.get": _identity,
    "identities.of_certificate": lambda s, t: identities.of_certificate(s, t.organization_id, MARK),
    "identities.every": lambda s, _: identities.every(s),
    "organizations.get": lambda s, t: organizations.get(s, t.organization_id),
    "organizations.called": lambda s, _: organizations.called(s, "main"),
    "organizations.remember_key": lambda s, _: organizations.remember_key(s, "main", "0" * 16),
    "organizations.named": lambda s, _: organizations.named(s, "main"),
    "people_cache.person": lambda s, t: people_cache.person(s, t.manager),
    "people_cache.people": lambda s, t: people_cache.people(s, [t.manager, t.tester]),
    "people_cache.keep_person": lambda s, t: people_cache.keep_person(
        s, Person(id=t.manager, team_id="T1", name="Ann")
    ),
    "people_cache.usergroup": lambda s, t: people_cache.usergroup(s, t.usergroup_id),
    "people_cache.usergroups": lambda s, t: people_cache.usergroups(s, [t.usergroup_id]),
    "people_cache.keep_usergroup": lambda s, t: people_cache.keep_usergroup(
        s, UserGroup(id=t.usergroup_id, team_id="T1")
    ),
    "people_cache.outdate_usergroup": lambda s, t: people_cache.outdate_usergroup(
        s, t.usergroup_id
    ),
    "roles.every": lambda s, t: roles.every(s, t.organization_id),
    "roles.of_person": lambda s, t: roles.of_person(s, t.organization_id, t.tester, Role.UPLOADER),
    "roles.named": lambda s, t: roles.named(s, t.organization_id, f"slack:{t.tester}"),
    "roles.is_given": lambda s, t: roles.is_given(s, t.organization_id, Role.UPLOADER),
    "roles.give": lambda s, t: roles.give(s, _holding(t)),
    "roles.take": lambda s, t: roles.take(s, _holding(t)),
    "seen.first_time": lambda s, _: seen.first_time(s, "new"),
    "seen.known": lambda s, _: seen.known(s, "new"),
    "seen.forget": lambda s, _: seen.forget(s, BEGINNING),
    "testers.get": lambda s, t: testers.get(s, t.tester_id),
    "testers.of_slack": lambda s, t: testers.of_slack(s, t.organization_id, {"U9": "Zoe"}),
    "testers.with_slack_id": lambda s, t: testers.with_slack_id(s, t.organization_id, t.tester),
    "testers.with_email": lambda s, t: testers.with_email(s, t.organization_id, "a@example.com"),
    "testers.of_slack_ids": lambda s, t: testers.of_slack_ids(s, t.organization_id, [t.tester]),
    "testers.first": lambda s, t: testers.first(s, t.organization_id, limit=10),
    "testers.count": lambda s, t: testers.count(s, t.organization_id),
    "testers.rows": lambda s, t: testers.rows(s, [t.tester_id]),
    "testers.rows_of_accounts": lambda s, t: testers.rows_of_accounts(
        s, t.organization_id, [t.tester], ["a@example.com"]
    ),
    "testers.those": lambda s, t: testers.those(s, [t.tester_id]),
    "testers.named": lambda s, t: testers.named(s, t.organization_id, "a@example.com", "Zoe"),
    "testers.of_emails": lambda s, t: testers.of_emails(s, t.organization_id, ["a@example.com"]),
    "testers.of_email": lambda s, t: testers.of_email(s, t.organization_id, ["a@example.com"]),
}

#: Each question by the name of its file and its own.
QUESTIONS: dict[str, Question] = {**WORK, **TRACKS, **PRODUCTS, **REACH, **PEOPLE}
