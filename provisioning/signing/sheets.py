"""What a variant says of its signing, in the words of an inspected package."""

import hashlib
from collections.abc import Sequence
from typing import Any

from provisioning.codesign.structures.profile import Profile
from storage.inspection.facts import Signing
from storage.records.build import Build


def signing_sheet(build: Build, profiles: Sequence[Profile]) -> dict[str, Any]:
    """
    Return `Signing` as JSON for a build signed with *profiles*, the app's own first.

    The devices are those that every bundle runs on, the end is that of the first profile to end.
    """
    own = profiles[0]
    before: dict[str, Any] = build.facts.get("signing") or {}
    team_id = own.team_ids[0] if own.team_ids else None
    limited = [profile.devices for profile in profiles if not profile.all_devices]
    sheet = Signing(
        signed=True,
        kind=own.kind,
        team_id=team_id,
        team_name=before.get("team_name") if before.get("team_id") == team_id else None,
        profile_name=own.name,
        profile_uuid=own.uuid,
        profile_platforms=own.platforms,
        expires_at=min(profile.expires_at for profile in profiles),
        devices=tuple(sorted(frozenset.intersection(*limited))) if limited else (),
        entitlements=own.entitlements,
        certificates=tuple(hashlib.sha256(item).hexdigest() for item in own.certificates),
    )
    return sheet.model_dump(mode="json")
