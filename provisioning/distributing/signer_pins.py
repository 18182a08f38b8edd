"""Signer pins: who signs an app, and that nobody else's builds of it go out without an admin."""

from hashlib import sha256

from provisioning.actors import Actor
from provisioning.distributing import approval_requests
from provisioning.errors import NotNow
from provisioning.installing.signers import (
    is_pinned_by,
    may_go_out,
    pinned,
    signer_of,
    succeeds,
)
from provisioning.ports import Engine
from storage.catalog import approvals, apps, audit, releases, signers
from storage.catalog.database import Database, Session
from storage.inspection.facts import Facts
from storage.records.app import App
from storage.records.approval import ApprovalKind, ApprovalRequest, ApprovalState
from storage.records.audit import AuditEntry
from storage.records.build import Build
from storage.records.release import Release
from storage.records.signer import AppSigner, SignerStanding


class SignerPins:
    """The first signer of an app that goes out is pinned; another one takes an admin's yes."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine

    async def require(self, release_id: str, by: Actor) -> None:
        """
        Raise NotNow for a release that was signed by somebody else than its app is.

        Then admins are asked, unless they were asked before or have said no to it.
        """
        async with self._database.reading() as session:
            release, app, build, _ = await releases.in_full(session, release_id)
            if await goes(session, release, build):
                return
        request = await self._asked(release, app, build, by)
        if request.state is ApprovalState.WAITING:
            await self._engine.start("ask_approval", approval_requests.subject_of(request))
        raise refusal(request)

    async def _asked(self, release: Release, app: App, build: Build, by: Actor) -> ApprovalRequest:
        """Return the request about a signer: the one that waits or was declined, else a new one."""
        async with self._database.writing() as session:
            await apps.lock(session, app.id)
            return await self._ask(session, release, app, build, by)

    async def _ask(
        self, session: Session, release: Release, app: App, build: Build, by: Actor
    ) -> ApprovalRequest:
        own = signer_of(Facts(**build.facts))
        before = pinned(await signers.of_app(session, app.id))
        base = _key_of(app.id, own.spelled, before.spelled if before else "")
        turn, known = 1, await approvals.of_key(session, f"{base}:1")
        while known is not None:
            if known.state in {ApprovalState.WAITING, ApprovalState.DECLINED}:
                return known
            # A pin that moves to and fro is asked for each time.
            turn += 1
            known = await approvals.of_key(session, f"{base}:{turn}")
        request = ApprovalRequest(
            organization_id=app.organization_id,
            key=f"{base}:{turn}",
            kind=ApprovalKind.SIGNER,
            release_id=release.id,
            requested_by=by.reference,
            wish={
                "app": app.id,
                "signer": own.spelled,
                "before": before.spelled if before else "",
            },
        )
        return await approval_requests.begin(session, request, release, by=by)


def _key_of(app_id: str, own: str, before: str) -> str:
    """Return what makes asking for one signer in the place of another one request."""
    told = sha256(f"{own} {before}".encode()).hexdigest()[:32]
    return f"signer:{app_id}:{told}"


def refusal(request: ApprovalRequest) -> NotNow:
    """Return why a build goes to nobody, with what happens next."""
    if request.state is ApprovalState.DECLINED:
        return NotNow(
            "This build was signed by somebody else than the app is, and an admin declined that: "
            f"{request.reason} An admin can still approve it where they declined it.",
            code="signer_declined",
            request=request.id,
        )
    return NotNow(
        "This build was signed by somebody else than the app is, so nobody can install it before "
        "an admin has approved that. They are asked.",
        code="signer_waits",
        request=request.id,
    )


async def goes(session: Session, release: Release, build: Build) -> bool:
    """Return whether a release may be given to people, as far as its signer goes."""
    known = await signers.of_app(session, release.app_id)
    return may_go_out(known, build, went=release.published_at is not None)


async def pin(session: Session, release: Release, build: Build, by: Actor) -> None:
    """
    Let the signer of a release that goes out be the app's, if it is the first or follows that one.

    The app is locked.
    """
    facts = Facts(**build.facts)
    own = signer_of(facts)
    if not own.spelled or not is_pinned_by(build):
        return
    known = await signers.of_app(session, release.app_id)
    before = pinned(known)
    if any(one.signer == own.spelled for one in known):
        return
    if before is not None and not succeeds(facts, before):
        return
    await accept(session, release, own.spelled, SignerStanding.PINNED, by)
    action = "app.signer_pinned" if before is None else "app.signer_rotated"
    entry = AuditEntry(
        organization_id=release.organization_id,
        actor=by.reference,
        action=action,
        subject_id=release.app_id,
        origin=by.origin,
        detail={"signer": own.spelled, "before": before.spelled if before else ""},
    )
    audit.add(session, entry)


async def accept(
    session: Session, release: Release, signer: str, standing: SignerStanding, by: Actor
) -> None:
    """Keep a signer of an app, which is locked."""
    row = AppSigner(
        app_id=release.app_id,
        signer=signer,
        standing=standing,
        release_id=release.id,
        accepted_by=by.reference,
    )
    await signers.accept(session, row)
