"""Google's developer verification: which certificate of an Android app is registered there."""

import re
from typing import Final

from provisioning.actors import Act, Actor
from provisioning.errors import NotNow, Unclear
from provisioning.people.permissions import Permissions, Where
from storage.catalog import apps, audit, releases
from storage.catalog.database import Database
from storage.inspection.facts import Facts
from storage.records.app import App
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.build import Build

#: Where certified phones refuse what is not registered, since 30 September 2026; other countries
#: follow in 2027 (developer.android.com/developer-verification).
COUNTRIES: Final = "Brazil, Indonesia, Singapore and Thailand"
#: SHA-256 in hexadecimal.
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def registration_warning(app: App, facts: Facts) -> str:
    """Return why certified phones in some countries refuse a build, empty where they do not."""
    if app.platform != "android":
        return ""
    if not app.registered_certificate:
        return (
            "It is not known to be registered for Google's developer verification: certified "
            f"phones in {COUNTRIES} refuse what is not."
        )
    known = {*facts.signing.certificates, *facts.signing.lineage}
    if app.registered_certificate in known or facts.kind == "link":
        return ""  # Of what lies elsewhere nobody knows who signed it.
    return (
        "It is signed with another certificate than the one that is registered for Google's "
        f"developer verification, {in_short(app.registered_certificate)}: certified phones in "
        f"{COUNTRIES} refuse it."
    )


def in_short(certificate: str) -> str:
    """Return the beginning of a certificate's fingerprint as keytool spells it: `AB:CD:EF:01…`."""
    pairs = [certificate[at : at + 2].upper() for at in range(0, 8, 2)]
    return f"{':'.join(pairs)}…"


class DeveloperVerification:
    """Notes what somebody registered at Google. Nobody is asked there: Google has no such door."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def of(self, app_id: str, by: Actor) -> tuple[App, str]:
        """Return an app, and the certificate of its newest release. Raise NotAllowed, NotFound."""
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        async with self._database.reading() as session:
            app = await apps.get(session, app_id)
            newest = await releases.newest_build(session, app_id)
        return app, _signer(newest)

    async def mark(self, app_id: str, by: Actor, fingerprint: str = "") -> App:
        """
        Note that an app is registered with a certificate; that of its newest release unless named.

        Raise NotAllowed, NotFound, NotNow for an app of another system or without a certificate,
        and Unclear, field `fingerprint`.
        """
        app, signer = await self.of(app_id, by)
        if app.platform != "android":
            raise NotNow(
                f"{app.display_name} is no app for Android: nobody else asks for verification."
            )
        certificate = _checked(fingerprint) if fingerprint else signer
        if not certificate:
            raise NotNow(
                f"{app.display_name} has no release that says who signed it. Name the SHA-256 of "
                "the certificate that you registered."
            )
        return await self._write(app_id, certificate, by)

    async def unmark(self, app_id: str, by: Actor) -> App:
        """Forget that an app is registered. Raise NotAllowed, NotFound."""
        await self._permissions.require(by, Act.CREATE_APP, Where(app_id=app_id))
        return await self._write(app_id, "", by)

    async def _write(self, app_id: str, certificate: str, by: Actor) -> App:
        async with self._database.writing() as session:
            app = await apps.get(session, app_id)
            if app.registered_certificate == certificate:
                return app
            before, app.registered_certificate = app.registered_certificate, certificate
            app.registered_by = by.reference if certificate else None
            app.registered_at = now() if certificate else None
            session.add(app)
            entry = AuditEntry(
                organization_id=self._organization_id,
                actor=by.reference,
                action="app.registered" if certificate else "app.unregistered",
                subject_id=app_id,
                origin=by.origin,
                detail={"before": before, "certificate": certificate},
            )
            audit.add(session, entry)
        return app


def _signer(build: Build | None) -> str:
    if build is None:
        return ""
    certificates = Facts(**build.facts).signing.certificates
    return certificates[0] if certificates else ""


def _checked(fingerprint: str) -> str:
    """Return a fingerprint as we keep it, however it was spelled."""
    plain = re.sub(r"[\s:]", "", fingerprint).lower()
    if not _FINGERPRINT.fullmatch(plain):
        raise Unclear(
            "The fingerprint of a certificate is its SHA-256: 64 digits and letters from A to F, "
            "with or without colons. `keytool -list -v` and Play Console show it.",
            field="fingerprint",
        )
    return plain
