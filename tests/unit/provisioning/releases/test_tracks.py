"""Several apps of one program: how they are made, and which a build belongs to."""

from pathlib import Path

import pytest

from provisioning.errors import NotAllowed, NotNow, Unclear
from provisioning.intake.sighting import AnswerSpot
from provisioning.releases.tracks import RULES, NewRules
from storage.records.release import ReleaseState
from tests.unit.provisioning.conftest import BOB, MANAGER, TESTER, Domain
from tests.unit.provisioning.distributing.sending import group, send


async def staging(domain: Domain, ipa: Path, *channels: str, patterns: tuple[str, ...] = ()) -> str:
    """Make Harbour with a first draft, and a track of it for staging; return the track's app."""
    await domain.draft(ipa, "F1")
    (line,) = await domain.lists.apps()
    rules = NewRules(channels=channels, patterns=patterns)
    made = await domain.tracks.add(
        line.app.id, MANAGER, "harbour-staging", "Harbour Staging", rules
    )
    return made.app_id


async def posted(domain: Domain, path: Path, file_id: str, channel: str = "C1") -> str:
    """Post a build in a channel; return the name of its app, empty while a person is asked."""
    spot = AnswerSpot(teller="slack", address=channel, thread="2.0")
    upload = await domain.upload(path, file_id, spot=spot)
    card = await domain.cards.upload(upload.id)
    return card.release.app_name if card.release else ""


async def test_a_build_goes_to_the_track_of_its_channel(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    await staging(domain, ipa, "CSTAGING")
    assert await posted(domain, newer_ipa, "F2", "CSTAGING") == "harbour-staging"


async def test_a_build_that_no_rule_fits_asks_which_track_it_is(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    app_id = await staging(domain, ipa, "CSTAGING")
    upload = await domain.upload(newer_ipa, "F2")
    card = await domain.cards.upload(upload.id)
    assert card.release is None
    assert {one.name for one in card.choices} == {"harbour", "harbour-staging"}
    await domain.apps.choose(upload.id, app_id, MANAGER)
    card = await domain.cards.upload(upload.id)
    assert card.release is not None
    assert card.release.app_name == "harbour-staging"


async def test_a_pattern_fits_the_file_or_the_version_whatever_its_case(
    domain: Domain, ipa: Path, newer_ipa: Path, tmp_path: Path
) -> None:
    await staging(domain, ipa, patterns=("*-Staging*", "9.*"))
    named = tmp_path / "Harbour-staging-7.ipa"
    named.write_bytes(newer_ipa.read_bytes())
    assert await posted(domain, named, "F2") == "harbour-staging"


async def test_a_channel_counts_before_a_pattern_and_of_two_nobody_guesses(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    app_id = await staging(domain, ipa, patterns=("*2.5*",))
    (origin,) = [line.app for line in await domain.lists.apps() if line.app.id != app_id]
    await domain.tracks.lead(origin.id, MANAGER, NewRules(channels=("C1",)))
    assert await posted(domain, newer_ipa, "F2", "C1") == "harbour"
    await domain.tracks.leave(origin.id, MANAGER, NewRules(channels=("C1",)))
    await domain.tracks.lead(origin.id, MANAGER, NewRules(patterns=("harbour*",)))
    # The same bytes are a build already, which is asked about anew.
    assert await posted(domain, newer_ipa, "F3", "C9") == ""


async def test_a_channel_leads_to_one_track_of_a_program_the_last_that_was_said(
    domain: Domain, ipa: Path
) -> None:
    app_id = await staging(domain, ipa, "CSTAGING")
    (origin,) = [line.app for line in await domain.lists.apps() if line.app.id != app_id]
    moved = await domain.tracks.lead(origin.id, MANAGER, NewRules(channels=("CSTAGING",)))
    by_name = {one.name: one for one in await domain.tracks.every(MANAGER)}
    assert moved.channels == by_name["harbour"].channels == ("CSTAGING",)
    assert by_name["harbour-staging"].channels == ()
    await domain.groups.move_channel("CSTAGING", "CNEW")
    (found,) = [one for one in await domain.tracks.every(MANAGER) if one.channels]
    assert found.channels == ("CNEW",)


async def test_a_draft_moves_to_another_track_and_nothing_else_does(
    domain: Domain, ipa: Path
) -> None:
    app_id = await staging(domain, ipa)
    first = await domain.upload(ipa, "F1")
    card = await domain.cards.upload(first.id)
    assert card.release is not None
    assert [one.name for one in card.choices] == ["harbour-staging"]

    await domain.apps.choose(first.id, app_id, MANAGER)

    moved = (await domain.cards.upload(first.id)).release
    assert moved is not None
    assert (moved.app_name, moved.number, moved.state) == ("harbour-staging", 1, ReleaseState.DRAFT)
    assert (await domain.cards.release(card.release.release_id)).state is ReleaseState.DISMISSED
    await send(domain, moved.release_id, await group(domain, "QA", BOB))
    assert (await domain.cards.upload(first.id)).choices == ()
    with pytest.raises(NotNow, match="only a draft moves to another track"):
        await domain.apps.choose(first.id, card.release.app_id, MANAGER)


async def test_whoever_has_two_tracks_is_told_that_one_replaces_the_other(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    await staging(domain, ipa, "CSTAGING")
    qa = await group(domain, "QA", BOB)
    first = (await domain.cards.upload((await domain.upload(ipa, "F1")).id)).release
    await posted(domain, newer_ipa, "F2", "CSTAGING")
    second = (await domain.cards.upload((await domain.upload(newer_ipa, "F2")).id)).release
    assert first is not None
    assert second is not None
    await send(domain, first.release_id, qa)
    assert (await domain.cards.recipient(domain.teller.told[-1])).beside == ()
    await send(domain, second.release_id, qa)
    assert (await domain.cards.recipient(domain.teller.told[-1])).beside == ("Harbour",)


async def test_what_cannot_be_a_track_is_said(domain: Domain, ipa: Path) -> None:
    app_id = await staging(domain, ipa)
    for name, rules, said in (
        ("harbour", NewRules(), "There is already an app called harbour."),
        ("Ha rb", NewRules(), "The short name takes"),
        ("beta", NewRules(patterns=("staging",)), "is no pattern"),
        ("beta", NewRules(patterns=("[a]*",)), "is no pattern"),
        ("beta", NewRules(patterns=("x" * 100 + "*",)), "is no pattern"),
        ("beta", NewRules(patterns=("**",)), "A star alone would take every build."),
    ):
        with pytest.raises(Unclear, match=said):
            await domain.tracks.add(app_id, MANAGER, name, "Beta", rules)
    many = NewRules(channels=tuple(f"C{turn}" for turn in range(RULES + 1)))
    with pytest.raises(NotNow, match="at most 20 rules"):
        await domain.tracks.lead(app_id, MANAGER, many)
    with pytest.raises(NotNow, match="no such rule"):
        await domain.tracks.leave(app_id, MANAGER, NewRules(channels=("C1",)))
    for call in (
        domain.tracks.add(app_id, TESTER, "beta", "Beta", NewRules()),
        domain.tracks.lead(app_id, TESTER, NewRules()),
        domain.tracks.leave(app_id, TESTER, NewRules()),
    ):
        with pytest.raises(NotAllowed):
            await call
    assert len(await domain.tracks.every(MANAGER)) == 2
