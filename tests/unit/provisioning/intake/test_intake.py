"""Intake: what becomes of a file that somebody posted."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bot.sandbox.samples.harbour import harbour_ipa
from bot.sandbox.samples.iosapp import SampleApp
from bot.sandbox.samples.ipa import write_ipa
from provisioning.actors import Act, person, slack, token
from provisioning.distributing.order import Order
from provisioning.errors import (
    DirectoryFailed,
    NotAllowed,
    SourceFailed,
    SourceGone,
    SourceUnreachable,
    TellerFailed,
    Unclear,
)
from provisioning.intake.sighting import AnswerSpot
from provisioning.people.roles import Holder, Others
from provisioning.releases.apps import NewApp
from storage.records.app import App
from storage.records.base import new_id, now
from storage.records.release import ReleaseState
from storage.records.role import HolderKind, Role
from storage.records.upload import UploadState
from tests.samples.symbols import write_dsym
from tests.unit.provisioning.conftest import BOB, BOT, CI, GUEST, MANAGER, UPLOADER, Domain


@pytest.fixture
def database_url(long_database_url: str) -> str:
    """Try both databases in the long run alone."""
    return long_database_url


async def test_a_posted_package_is_kept_with_its_facts(domain: Domain, ipa: Path) -> None:
    upload = await domain.upload(ipa)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is UploadState.KEPT
    assert card.build is not None
    assert card.build.facts.bundle_id == "com.example.harbour"
    assert card.build.icon_sha256 is not None
    assert await domain.blobs.size(str(card.build.sha256)) == ipa.stat().st_size
    assert await domain.blobs.exists(card.build.icon_sha256)


async def test_the_first_build_of_an_unknown_app_waits_for_its_app(
    domain: Domain, ipa: Path
) -> None:
    upload = await domain.upload(ipa)
    assert upload is not None

    assert (await domain.cards.upload(upload.id)).release is None


async def test_the_next_build_of_a_known_app_is_a_draft_with_what_changed(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    await domain.draft(ipa, "F1")
    second = await domain.upload(newer_ipa, "F2", notes="Faster harbours")
    assert second is not None

    release = (await domain.cards.upload(second.id)).release
    assert release is not None
    assert (release.number, release.state) == (2, ReleaseState.DRAFT)
    assert release.notes == "Faster harbours"
    assert "version" in {change.kind for change in release.changes}


async def test_the_same_bytes_again_point_at_the_release_there_is(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa, "F1")
    again = await domain.upload(ipa, "F2")
    assert again is not None

    card = await domain.cards.upload(again.id)
    assert card.again
    assert card.release is not None
    assert card.release.release_id == release_id


async def test_the_same_file_in_another_channel_is_a_place_and_no_second_upload(
    domain: Domain, ipa: Path
) -> None:
    first = await domain.upload(ipa)
    second = await domain.upload(ipa, spot=AnswerSpot(teller="slack", address="C2", thread="2.0"))
    assert first is not None
    assert second is not None

    assert first.id == second.id
    card = await domain.cards.upload(first.id)
    assert [(p.address, p.thread) for p in card.places] == [("C1", "1.0"), ("C2", "2.0")]
    assert domain.source.opened == ["F1"]
    assert ("show_place", f"{first.id}@slack@C2") in domain.engine.started


async def test_notes_that_come_after_the_file_reach_the_draft(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await domain.upload(ipa, notes="Typed with the upload")

    assert (await domain.cards.release(release_id)).notes == "Typed with the upload"


async def test_a_broken_package_is_refused_with_the_reason(domain: Domain, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ipa"
    broken.write_bytes(b"PK\x03\x04 this is no archive")
    upload = await domain.upload(broken)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is UploadState.REFUSED
    assert card.reason
    assert domain.teller.shown.count(upload.id) == 2


async def test_a_file_that_may_be_anything_is_dropped_silently(
    domain: Domain, tmp_path: Path
) -> None:
    holiday = tmp_path / "holiday.bin"
    holiday.write_bytes(b"just some bytes that are no package at all")
    upload = await domain.upload(holiday, quiet=True)
    assert upload is not None

    assert (await domain.cards.upload(upload.id)).state is UploadState.DROPPED


async def test_a_file_deleted_before_the_fetch_is_refused(domain: Domain, ipa: Path) -> None:
    domain.source.broken["F1"] = SourceGone()
    upload = await domain.upload(ipa)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert (card.state, card.reason) == (UploadState.REFUSED, str(SourceGone()))


async def test_a_download_that_breaks_in_the_middle_leaves_no_blob(
    domain: Domain, ipa: Path
) -> None:
    domain.source.broken_midway["F1"] = SourceFailed("The connection broke.")
    upload = await domain.upload(ipa)
    assert upload is not None

    assert (await domain.cards.upload(upload.id)).reason == "The connection broke."
    assert [blob async for blob in domain.blobs.every()] == []


async def test_a_file_deleted_while_it_arrives_stops_arriving(domain: Domain, ipa: Path) -> None:
    domain.source.files["F1"] = ipa
    domain.engine.idle = True
    upload = await domain.upload(ipa)
    assert upload is not None
    await domain.intake.source_gone("slack:T1:F1")

    assert await domain.intake.fetch(upload.id) is None
    assert (await domain.cards.upload(upload.id)).reason == str(SourceGone())


async def test_a_file_over_the_limit_is_refused_before_it_is_fetched(
    domain: Domain, ipa: Path
) -> None:
    object.__setattr__(domain.intake._parts, "max_build_bytes", 1000)
    upload = await domain.upload(ipa)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is UploadState.REFUSED
    assert "SLIPWAY_MAX_BUILD_BYTES" in card.reason


async def test_a_guest_without_the_role_is_told_so(domain: Domain, ipa: Path) -> None:
    upload = await domain.upload(ipa, by=GUEST)
    assert upload is not None

    card = await domain.cards.upload(upload.id)
    assert card.state is UploadState.REFUSED
    assert "uploader role" in card.reason
    assert domain.source.opened == []


async def test_c8_an_app_without_the_role_is_told_so_once_a_day_in_a_channel(
    domain: Domain, ipa: Path
) -> None:
    elsewhere = AnswerSpot(teller="slack", address="C2", thread="1.0")
    first = await domain.upload(ipa, "F1", by=BOT)
    again = await domain.upload(ipa, "F2", by=BOT)
    other = await domain.upload(ipa, "F3", by=BOT, spot=elsewhere)
    quiet = await domain.upload(
        ipa, "F4", by=BOT, quiet=True, spot=replace(elsewhere, address="C3")
    )

    cards = [await domain.cards.upload(one.id) for one in (first, again, other, quiet)]
    refused, dropped = UploadState.REFUSED, UploadState.DROPPED
    assert [card.state for card in cards] == [refused, dropped, refused, refused]
    assert "an app that does not hold the uploader role" in cards[0].reason
    assert "Ann Archer can give it." in cards[0].reason
    # What may be anything is looked at before a word is said about it.
    assert domain.source.opened == ["F4"]


async def test_c8_an_app_with_the_role_is_heard(domain: Domain, ipa: Path) -> None:
    ci = Holder(kind=HolderKind.PERSON, id=str(CI))
    await domain.roles.give(MANAGER, Role.UPLOADER, ci, others=Others.KEEP)
    upload = await domain.upload(ipa, by=BOT)

    assert (await domain.cards.upload(upload.id)).state is UploadState.KEPT


async def test_whoever_is_nobody_to_slack_is_let_go_without_a_word(
    domain: Domain, ipa: Path
) -> None:
    nobody = person(slack("UNOBODY"), origin="test")
    upload = await domain.upload(ipa, by=nobody)

    assert (await domain.cards.upload(upload.id)).state is UploadState.DROPPED


async def test_whether_somebody_may_is_asked_on_the_way_until_slack_says_who_they_are(
    domain: Domain, ipa: Path
) -> None:
    domain.engine.idle = True
    upload = await domain.upload(ipa, by=GUEST)
    known = domain.directory.people_known.copy()
    domain.directory.people_known.clear()
    domain.directory.is_silent = True

    with pytest.raises(DirectoryFailed):
        await domain.intake.admit(upload.id)
    domain.directory.is_silent = False
    domain.directory.people_known |= known

    assert await domain.intake.admit(upload.id) is False
    assert await domain.intake.admit(upload.id) is False
    assert "uploader role" in (await domain.cards.upload(upload.id)).reason


async def test_a_token_without_the_scope_brings_nothing_in(domain: Domain, ipa: Path) -> None:
    with pytest.raises(NotAllowed):
        await domain.upload(ipa, by=token("t1", origin="test", scopes=[Act.SEE]))
    upload = await domain.upload(ipa, by=token("t2", origin="test", scopes=[Act.UPLOAD]))

    assert (await domain.cards.upload(upload.id)).state is UploadState.KEPT


async def test_once_somebody_alone_is_uploader_other_members_are_not(
    domain: Domain, ipa: Path
) -> None:
    ci = Holder(kind=HolderKind.PERSON, id=str(CI))
    await domain.roles.give(MANAGER, Role.UPLOADER, ci, others=Others.DROP)
    upload = await domain.upload(ipa, by=UPLOADER)

    assert (await domain.cards.upload(upload.id)).state is UploadState.REFUSED


async def test_every_step_may_run_twice(domain: Domain, ipa: Path) -> None:
    domain.source.files["F1"] = ipa
    domain.engine.idle = True
    upload = await domain.upload(ipa)
    assert upload is not None
    stored = await domain.intake.fetch(upload.id)
    assert stored is not None
    assert await domain.intake.fetch(upload.id) == stored
    read = await domain.intake.inspect(upload.id, stored)
    assert read is not None
    assert await domain.intake.inspect(upload.id, stored) == read
    first = await domain.intake.keep(upload.id, stored, read)

    assert await domain.intake.keep(upload.id, stored, read) == first
    assert (await domain.cards.upload(upload.id)).state is UploadState.KEPT


async def test_progress_is_written_down_and_shown_while_a_file_arrives(
    domain: Domain, ipa: Path
) -> None:
    domain.engine.idle = True
    upload = await domain.upload(ipa)
    assert upload is not None
    domain.intake._parts.fetching._pause = 0
    await domain.intake.fetch(upload.id)

    assert (await domain.cards.upload(upload.id)).received_bytes == ipa.stat().st_size
    assert domain.teller.shown == [upload.id]


async def test_a3_numbers_follow_the_order_of_posting_whatever_is_read_first(
    domain: Domain, ipa: Path, newer_ipa: Path, tmp_path: Path
) -> None:
    first_of_all = await domain.draft(harbour_ipa(tmp_path, version="1.0.0", build="100"), "F0")
    moment = now()
    domain.engine.idle = True
    early = await domain.upload(ipa, "F1", posted_at=moment)
    late = await domain.upload(newer_ipa, "F2", posted_at=moment + timedelta(seconds=1))
    assert early is not None
    assert late is not None
    object.__setattr__(domain.intake._parts, "turn_patience", 30)

    await asyncio.gather(_walked(domain, late.id), _walked(domain, early.id, after=0.3))

    numbers = {}
    for upload in (early, late):
        release = (await domain.cards.upload(upload.id)).release
        assert release is not None
        numbers[upload.id] = release.number
    assert numbers == {early.id: 2, late.id: 3}
    assert (await domain.cards.release(first_of_all)).number == 1


async def test_a_build_does_not_wait_for_one_of_another_platform_or_for_ever(
    domain: Domain, ipa: Path, tmp_path: Path
) -> None:
    await domain.draft(harbour_ipa(tmp_path, version="1.0.0", build="100"), "F0")
    domain.engine.idle = True
    stuck = tmp_path / "Harbour.apk"
    stuck.write_bytes(b"never read")
    await domain.upload(stuck, "F1", posted_at=now() - timedelta(seconds=5))
    upload = await domain.upload(ipa, "F2")
    assert upload is not None
    object.__setattr__(domain.intake._parts, "turn_patience", 600)
    async with asyncio.timeout(20):
        await _walked(domain, upload.id)

    # One that may be the same app is waited for, but not longer than the patience.
    same = tmp_path / "Harbour.ipa"
    same.write_bytes(b"never read")
    await domain.upload(same, "F3", posted_at=now() - timedelta(seconds=5))
    other = await domain.upload(harbour_ipa(tmp_path, version="3.0.0", build="300"), "F4")
    assert other is not None
    object.__setattr__(domain.intake._parts, "turn_patience", 0.2)
    await _walked(domain, other.id)
    assert (await domain.cards.upload(other.id)).state is UploadState.KEPT


async def _walked(domain: Domain, upload_id: str, *, after: float = 0) -> None:
    """Walk an upload through its steps; *after* seconds it is still being fetched."""
    await asyncio.sleep(after)
    stored = await domain.intake.fetch(upload_id)
    assert stored is not None
    read = await domain.intake.inspect(upload_id, stored)
    assert read is not None
    await domain.intake.wait_turn(upload_id)
    await domain.intake.keep(upload_id, stored, read)


async def test_a_dismissed_build_that_is_posted_again_comes_back_as_a_draft(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa, "F1")
    await domain.drafts.dismiss(release_id, MANAGER)

    again = await domain.upload(ipa, "F2")

    assert again is not None
    release = (await domain.cards.upload(again.id)).release
    assert release is not None
    assert (release.release_id, release.state) == (release_id, ReleaseState.DRAFT)


async def test_a_recalled_build_that_is_posted_again_is_released_anew(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa, "F1")
    await domain.distributions.request(
        Order(key="k", release_id=release_id, by=MANAGER, people=(BOB,))
    )
    await domain.recall(release_id)

    again = await domain.upload(ipa, "F2")

    assert again is not None
    release = (await domain.cards.upload(again.id)).release
    assert release is not None
    assert (release.number, release.state) == (2, ReleaseState.DRAFT)
    assert release.build.sha256 == (await domain.cards.release(release_id)).build.sha256


async def test_a_build_that_several_apps_may_take_waits_for_a_choice(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    await domain.draft(ipa, "F1")
    first = (await domain.lists.apps())[0].app
    async with domain.database.writing() as session:
        beta = App(**{**first.model_dump(exclude={"id"}), "name": "harbour-beta"})
        beta.app_secret, beta.public_identifier = str(uuid4()), new_id()
        session.add(beta)

    upload = await domain.upload(newer_ipa, "F2")
    assert upload is not None
    card = await domain.cards.upload(upload.id)
    assert card.release is None
    assert [choice.name for choice in card.choices] == ["harbour", "harbour-beta"]

    await domain.apps.choose(upload.id, beta.id, MANAGER)
    release = (await domain.cards.upload(upload.id)).release
    assert release is not None
    assert (release.app_name, release.number) == ("harbour-beta", 1)
    with pytest.raises(NotAllowed):
        await domain.apps.choose(upload.id, beta.id, GUEST)


async def test_what_the_reader_noticed_is_kept_with_the_build(
    domain: Domain, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.ipa"
    write_ipa(odd, SampleApp(profile_file=b"this is no profile"))

    upload = await domain.upload(odd)

    assert upload is not None
    build = (await domain.cards.upload(upload.id)).build
    assert build is not None
    assert any("profile" in remark for remark in build.remarks)


@pytest.mark.parametrize("symbols_first", [False, True])
async def test_symbols_belong_to_the_build_with_their_uuid(
    domain: Domain, ipa: Path, tmp_path: Path, *, symbols_first: bool
) -> None:
    dsym = tmp_path / "Harbour.app.dSYM.zip"
    write_dsym(dsym, SampleApp(version="2.4.0", build="241"))
    if not symbols_first:
        await domain.upload(ipa, "F1")

    upload = await domain.upload(dsym, "F2", quiet=True)
    if symbols_first:
        await domain.upload(ipa, "F1")

    assert upload is not None
    card = await domain.cards.upload(upload.id)
    assert (card.state, card.build, card.release) == (UploadState.KEPT, None, None)
    assert card.symbols is not None
    assert card.symbols.version == "2.4.0 (241)"


async def test_a_source_that_is_out_of_reach_is_no_reason_to_refuse(
    domain: Domain, ipa: Path
) -> None:
    domain.engine.idle = True
    upload = await domain.upload(ipa)
    assert upload is not None
    domain.source.broken["F1"] = SourceUnreachable()

    with pytest.raises(SourceUnreachable):
        await domain.intake.fetch(upload.id)

    del domain.source.broken["F1"]
    assert await domain.intake.fetch(upload.id) is not None


async def test_a_greeting_that_fails_costs_no_build(domain: Domain, ipa: Path) -> None:
    domain.teller.failing["show_upload"] = [TellerFailed("Slack refused the greeting.")]

    upload = await domain.upload(ipa)

    assert upload is not None
    assert (await domain.cards.upload(upload.id)).state is UploadState.KEPT
    assert domain.teller.shown == [upload.id]


async def test_c20_a_name_over_the_limit_is_refused_with_the_reason(
    domain: Domain, ipa: Path
) -> None:
    upload = await domain.upload(ipa)
    long = NewApp(name="harbour", display_name="H" * 256)

    with pytest.raises(Unclear, match="at most 255 characters; this one has 256") as refused:
        await domain.apps.create(upload.id, MANAGER, long)

    assert refused.value.field == "display_name"
    await domain.apps.create(upload.id, MANAGER, replace(long, display_name="H" * 255))


async def test_c20_a_long_name_of_a_file_keeps_its_ending(domain: Domain, ipa: Path) -> None:
    upload = await domain.upload(ipa, file_name="n" * 400 + "-2.4.0.ipa")

    assert len(upload.file_name) == 255
    assert upload.file_name.endswith("n-2.4.0.ipa")
    assert "…" in upload.file_name
