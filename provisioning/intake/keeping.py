"""Keeping: what was read of a file becomes a build with a draft, or the symbols of a build."""

from typing import Any

from provisioning.actors import referred
from provisioning.releases import drafts
from provisioning.releases.tracks import track_of
from storage.catalog import apps, builds, symbols, uploads
from storage.catalog.database import Session, insert_missing
from storage.inspection.facts import Facts
from storage.records.build import Build
from storage.records.release import Release
from storage.records.symbols import Symbols
from storage.records.upload import Upload

#: Kinds of files that crash reports are read with; no phone installs them.
SYMBOL_KINDS = frozenset({"dsym", "mapping"})


async def keep(
    session: Session, upload: Upload, stored: dict[str, Any], read: dict[str, Any]
) -> None:
    """Write down what an upload became. *stored* and *read* are what fetching and reading gave."""
    facts = Facts(**read["facts"])
    upload.size = stored["size"]
    if "entry" in stored:
        upload.source_ref = {**upload.source_ref, "entry": stored["entry"]}
    if facts.kind in SYMBOL_KINDS:
        upload.symbols_id = (await _symbols(session, upload, facts)).id
    else:
        build = await _build(session, upload, stored, read, facts)
        earlier = [u for u in await uploads.of_build(session, build.id) if u.id != upload.id]
        release = await _draft(session, build, upload)
        upload.build_id, upload.again = build.id, bool(earlier)
        upload.release_id = release.id if release else None
    session.add(upload)


async def _build(
    session: Session,
    upload: Upload,
    stored: dict[str, Any],
    read: dict[str, Any],
    facts: Facts,
) -> Build:
    row = {
        **{name: stored[name] for name in ("sha256", "md5", "size", "chunk_size", "chunks")},
        "organization_id": upload.organization_id,
        "file_name": stored.get("file_name") or upload.file_name,
        "platform": facts.platform,
        "bundle_id": facts.bundle_id or "",
        "version": facts.version or "",
        "build": facts.build or "",
        "facts": read["facts"],
        "remarks": read["remarks"],
        "icon_sha256": read["icon"],
    }
    new = await insert_missing(session, Build, [row], ["organization_id", "sha256"])
    build = await builds.of_bytes(session, upload.organization_id, stored["sha256"])
    assert build is not None  # It was written in this very unit of work.
    if new:
        await _tie_symbols(session, build, facts)
    return build


async def _draft(session: Session, build: Build, upload: Upload) -> Release | None:
    """Return the release of a build whose app is beyond doubt, None for any other."""
    if not build.bundle_id:
        return None
    found = await apps.of_package(session, build.organization_id, build.platform, build.bundle_id)
    if not found:
        return None
    places = await uploads.places(session, [upload.id])
    app = await track_of(session, found, build, {place.address for place in places})
    if app is None:
        return None
    by = referred(upload.created_by, origin=upload.source)
    return await drafts.draft(session, app, build, upload, by=by)


async def _symbols(session: Session, upload: Upload, facts: Facts) -> Symbols:
    made = Symbols(
        organization_id=upload.organization_id,
        sha256=facts.sha256,
        size=facts.size,
        file_name=upload.file_name,
        kind=facts.kind,
        platform=facts.platform,
        bundle_id=facts.bundle_id or "",
        version=facts.version or "",
        build=facts.build or "",
        uuids=[uuid for uuid in facts.uuids if uuid],
        created_by=upload.created_by,
    )
    kept = await symbols.keep(session, made)
    if kept.build_id is None:
        candidates = await builds.of_identity(
            session, upload.organization_id, kept.platform, kept.bundle_id
        )
        made_with = next(
            (build for build in candidates if _belong(kept, build, Facts(**build.facts))), None
        )
        kept.build_id = made_with.id if made_with else None
        session.add(kept)
    return kept


async def _tie_symbols(session: Session, build: Build, facts: Facts) -> None:
    """Give a new build the symbols that came before it."""
    waiting = await symbols.without_build(session, build.organization_id, build.platform)
    own = [one.id for one in waiting if _belong(one, build, facts)]
    if own:
        await symbols.tie(session, own, build.id)


def _belong(one: Symbols, build: Build, facts: Facts) -> bool:
    """By a common UUID; a mapping has none and belongs to its version."""
    if one.uuids:
        return not set(one.uuids).isdisjoint(facts.uuids)
    if one.kind != "mapping" or not one.version:
        return False
    own = (one.bundle_id, one.version, one.build)
    return own == (build.bundle_id, build.version, build.build)
