"""Cards as the house would show them, with names that try to break out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from provisioning.installing.verdict import InstallVerdict, VerdictCode
from provisioning.releases.cards import (
    ActCard,
    BuildCard,
    GivenLine,
    GroupChip,
    ReachLine,
    RecallCard,
    RecipientCard,
    ReleaseCard,
    ReleaseLine,
    UploadCard,
)
from provisioning.releases.lifecycle import Standing
from provisioning.releases.policy import Demand, MandatoryTerms, OfferedRelease, phase_of
from provisioning.releases.recalled import NoticeCard, WithdrawnCard
from storage.inspection.diff import Change
from storage.inspection.facts import Facts, Signing
from storage.records.base import now
from storage.records.distribution import DistributionState, RecipientState
from storage.records.recall import RecallState
from storage.records.release import ReleaseState
from storage.records.tester import Tester
from storage.records.upload import UploadState

READY = InstallVerdict(code=VerdictCode.READY, sentence="It runs on your device.")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def facts(**changes: object) -> Facts:
    fixed: dict[str, Any] = {
        "platform": "ios",
        "kind": "ipa",
        "bundle_id": "com.example.harbour",
        "name": "Harbour",
        "version": "2.4.0",
        "build": "240",
        "min_os": "15.0",
        "size": 23_400_000,
        "md5": "0" * 32,
        "sha1": "0" * 40,
        "sha256": "0" * 64,
        "signing": Signing(
            signed=True, kind="adhoc", expires_at=NOW + timedelta(days=300), devices=("a", "b")
        ),
    }
    return Facts(**{**fixed, **changes})


def build(**changes: object) -> BuildCard:
    sheet = facts(**changes)
    return BuildCard(
        build_id="b" * 32,
        file_name="Harbour.ipa",
        size=sheet.size,
        sha256="0" * 64,
        icon_sha256="1" * 64,
        link=None,
        remarks=(),
        facts=sheet,
    )


def act(**changes: object) -> ActCard:
    fixed: dict[str, Any] = {
        "distribution_id": "d" * 32,
        "by": "person:slack:UANN0000",
        "at": NOW,
        "groups": (GroupChip(id="g" * 32, name="QA"),),
        "singles": 0,
        "mandatory": False,
        "notify": True,
        "state": DistributionState.DONE,
        "shortfall": "",
        "reason": "",
    }
    return ActCard(**{**fixed, **changes})


def recall(**changes: object) -> RecallCard:
    fixed: dict[str, Any] = {
        "recall_id": "r" * 32,
        "by": "person:slack:UANN0000",
        "at": NOW,
        "because": "It crashes.",
        "is_whole": True,
        "groups": (GroupChip(id="g" * 32, name="QA"),),
        "singles": 0,
        "people": 13,
        "state": RecallState.DONE,
        "shortfall": "",
        "reason": "",
    }
    return RecallCard(**{**fixed, **changes})


def withdrawn(**changes: object) -> WithdrawnCard:
    fixed: dict[str, Any] = {
        "tester": Tester(organization_id="o" * 32, slack_id="UBOB0000", name="Bob"),
        "app_display_name": "Harbour",
        "build": build(),
        "because": "It crashes.",
    }
    return WithdrawnCard(**{**fixed, **changes})


def notice(**changes: object) -> NoticeCard:
    fixed: dict[str, Any] = {
        "notice_id": "n" * 32,
        "tester": Tester(organization_id="o" * 32, slack_id="UBOB0000", name="Bob"),
        "app_display_name": "Harbour",
        "build": build(),
        "by": "person:slack:UANN0000",
        "because": "It crashes.",
        "instead": None,
    }
    return NoticeCard(**{**fixed, **changes})


def release(**changes: object) -> ReleaseCard:
    fixed: dict[str, Any] = {
        "release_id": "e" * 32,
        "number": 7,
        "revision": 3,
        "state": ReleaseState.DRAFT,
        "standing": Standing.DRAFT,
        "notes": "**New** things\n\n- one\n- two",
        "created_by": "person:slack:UCID0000",
        "created_at": NOW,
        "published_by": None,
        "published_at": None,
        "ended_by": None,
        "ended_why": "",
        "app_id": "a" * 32,
        "app_name": "harbour",
        "app_display_name": "Harbour",
        "build": build(),
        "previous": "2.3.0 (230)",
        "changes": (
            Change(kind="version", sentence="Version 2.3.0 became 2.4.0."),
            Change(kind="size", sentence="The file grew from 20 MB to 23.4 MB (+17%)."),
        ),
        "usual_group": None,
        "groups": (),
        "acts": (),
        "recalls": (),
        "counts": {},
        "unreached": (),
        "held": (),
        "mandatory": (),
        "successor": None,
        "newer": None,
    }
    return ReleaseCard(**{**fixed, **changes})


def live(**changes: object) -> ReleaseCard:
    fixed: dict[str, Any] = {
        "state": ReleaseState.LIVE,
        "standing": Standing.LIVE,
        "published_by": "person:slack:UANN0000",
        "published_at": NOW,
        "acts": (act(),),
        "counts": {RecipientState.TOLD: 12, RecipientState.UNREACHABLE: 1},
    }
    return release(**{**fixed, **changes})


def upload(**changes: object) -> UploadCard:
    fixed: dict[str, Any] = {
        "upload_id": "c" * 32,
        "key": "slack:T1:F1",
        "state": UploadState.RECEIVED,
        "reason": "",
        "file_name": "Harbour.ipa",
        "entry": "",
        "size": 23_400_000,
        "received_bytes": 0,
        "by": "person:slack:UCID0000",
        "quiet": False,
        "again": False,
        "notes": "",
        "places": (),
        "build": None,
        "symbols": None,
        "release": None,
        "choices": (),
    }
    return UploadCard(**{**fixed, **changes})


def kept(card: ReleaseCard, **changes: object) -> UploadCard:
    return upload(state=UploadState.KEPT, build=card.build, release=card, **changes)


def recipient(card: ReleaseCard | None = None, **changes: object) -> RecipientCard:
    release_ = card or live()
    fixed: dict[str, Any] = {
        "recipient_id": "f" * 32,
        "distribution_id": "d" * 32,
        "tester": Tester(organization_id="o" * 32, slack_id="UBOB0000", name="Bob"),
        "state": RecipientState.WAITING,
        "demand": None,
        "by": "person:slack:UANN0000",
        "release_id": release_.release_id,
        "app_display_name": release_.app_display_name,
        "notes": release_.notes,
        "build": release_.build,
    }
    return RecipientCard(**{**fixed, **changes})


def demand(**changes: object) -> Demand:
    """Return what somebody has to install since a moment ago, with a day of grace."""
    terms = MandatoryTerms(since=now() - timedelta(minutes=1), **changes)  # type: ignore[arg-type]
    newest = OfferedRelease(release_id="e" * 32, number=7)
    return Demand(newest=newest, terms=terms, phase=phase_of(terms, now()))


def line(**changes: object) -> ReleaseLine:
    fixed: dict[str, Any] = {
        "release_id": "e" * 32,
        "app_id": "a" * 32,
        "app_name": "harbour",
        "app_display_name": "Harbour",
        "platform": "ios",
        "system": "iOS",
        "number": 7,
        "version": "2.4.0",
        "build": "240",
        "standing": Standing.LIVE,
        "notes": "**New** things",
        "at": NOW,
    }
    return ReleaseLine(**{**fixed, **changes})


def reached(*, reach: int = 12, silent: int = 0, people: int = 13, **changes: object) -> ReachLine:
    return ReachLine(release=line(**changes), reached=reach, silent=silent, people=people)


def given(release: ReleaseLine | None = None, **changes: object) -> GivenLine:
    fixed: dict[str, Any] = {
        "recipient_id": "f" * 32,
        "tester_id": "t" * 32,
        "demand": None,
        "release": release or line(),
    }
    return GivenLine(**{**fixed, **changes})
