"""Changing what is there of a release: its notes, its tags, and whether it can be installed."""

from asyncio import gather
from pathlib import Path

import pytest
from sqlmodel import select

from provisioning.distributing.carrying import DISABLED
from provisioning.errors import AlreadyDone, NotAllowed, NotNow, TellerFailed, Unclear
from provisioning.intake.sighting import Sighting
from provisioning.releases.lifecycle import Standing
from provisioning.releases.notes import LONGEST
from provisioning.releases.tagging import MOST
from storage.catalog import audit
from storage.records.distribution import RecipientState
from storage.records.edit import Edit, EditKind, EditState
from storage.records.release import NotesKind
from tests.unit.provisioning.conftest import BOB, CID, DEE, MANAGER, TESTER, UPLOADER, Domain
from tests.unit.provisioning.distributing.sending import current, group, opens, send


async def sent(domain: Domain, ipa: Path) -> tuple[str, str]:
    """Send a release to Bob by the group QA; return its id and the group's."""
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB)
    await send(domain, release_id, qa)
    return release_id, qa


async def edit_of(domain: Domain, edit: Edit) -> EditState:
    async with domain.database.reading() as session:
        found = await session.get(Edit, edit.id)
    assert found is not None
    return found.state


async def actions(domain: Domain, release_id: str) -> list[tuple[str, dict[str, object]]]:
    async with domain.database.reading() as session:
        return [(one.action, one.detail) for one in await audit.of(session, release_id)]


async def test_new_notes_reach_what_shows_the_release_and_nobody_is_told_again(
    domain: Domain, ipa: Path
) -> None:
    release_id, _ = await sent(domain, ipa)
    told, drawn = len(domain.teller.told), len(domain.teller.redrawn)

    edit = await domain.rewording.change(release_id, "One\n\n* two\r\n* three\x00", MANAGER)

    card = await domain.cards.release(release_id)
    assert (card.notes, card.notes_kind) == ("One\n\n* two\n* three", NotesKind.MARKDOWN)
    assert edit.detail == {"before": 0, "after": 18, "added": 3, "removed": 0, "first": "One"}
    assert len(domain.teller.told) == told
    assert domain.teller.redrawn[drawn:] == [release_id, release_id]
    assert len(domain.teller.messages_redrawn) == 1
    assert domain.teller.edits == [edit.id, edit.id]
    assert await edit_of(domain, edit) is EditState.DONE
    last = (await actions(domain, release_id))[-1]
    assert last == ("release.reworded", {"before": 0, "length": 18})


async def test_notes_are_refused_with_a_sentence(domain: Domain, ipa: Path) -> None:
    release_id, _ = await sent(domain, ipa)
    first = await domain.rewording.change(release_id, "One", MANAGER)

    with pytest.raises(NotAllowed, match="change the notes and tags"):
        await domain.rewording.change(release_id, "Two", TESTER)
    with pytest.raises(Unclear, match="longer than the 64 kB") as long:
        await domain.rewording.change(release_id, "x" * (LONGEST + 1), MANAGER)
    with pytest.raises(AlreadyDone, match="These are the notes of release 1 already"):
        await domain.rewording.change(release_id, "One ", MANAGER)
    with pytest.raises(AlreadyDone, match="Ann Archer changed release 1 meanwhile"):
        await domain.rewording.change(release_id, "Two", MANAGER, revision=1)
    await domain.recall(release_id)
    with pytest.raises(NotNow, match="was recalled, so its notes stay"):
        await domain.rewording.change(release_id, "Two", MANAGER)
    assert long.value.field == "notes"
    assert first.kind is EditKind.NOTES
    assert (await domain.cards.release(release_id)).notes == "One"


async def test_of_two_who_change_the_notes_of_what_both_saw_one_is_told(
    domain: Domain, ipa: Path
) -> None:
    release_id, _ = await sent(domain, ipa)
    seen = (await domain.cards.release(release_id)).revision

    found = await gather(
        *(
            domain.rewording.change(release_id, text, MANAGER, revision=seen)
            for text in ("One", "Two")
        ),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in found) == ["AlreadyDone", "Edit"]
    assert (await domain.cards.release(release_id)).notes in {"One", "Two"}


async def test_textile_stays_textile_until_somebody_writes_markdown(
    domain: Domain, ipa: Path
) -> None:
    upload = await domain.upload(ipa, notes="h1. New", notes_kind=NotesKind.TEXTILE)
    assert (await domain.cards.upload(upload.id)).notes_kind is NotesKind.TEXTILE
    release_id = await domain.draft(ipa)
    assert (await domain.cards.release(release_id)).notes_kind is NotesKind.TEXTILE

    await domain.rewording.change(release_id, "h1. Newer", MANAGER)
    kept = (await domain.cards.release(release_id)).notes_kind
    await domain.rewording.change(release_id, "h1. Newer", MANAGER, kind=NotesKind.MARKDOWN)
    typed = await domain.cards.release(release_id)
    await domain.rewording.change(release_id, "h2. x", MANAGER, kind=NotesKind.TEXTILE)
    await domain.rewording.change(release_id, "", MANAGER)

    assert kept is NotesKind.TEXTILE
    assert (typed.notes, typed.notes_kind) == ("h1. Newer", NotesKind.MARKDOWN)
    assert (await domain.cards.release(release_id)).notes_kind is NotesKind.MARKDOWN
    assert Sighting.__dataclass_fields__["notes_kind"].default is NotesKind.MARKDOWN


async def test_notes_that_change_while_it_is_distributed_to_more_are_an_edit(
    domain: Domain, ipa: Path
) -> None:
    release_id, _ = await sent(domain, ipa)
    beta = await group(domain, "Beta", CID)

    await send(domain, release_id, beta, notes="Newer")

    assert ("release.reworded", {"before": 0, "length": 5}) in await actions(domain, release_id)
    async with domain.database.reading() as session:
        (edit,) = (await session.exec(select(Edit))).all()
    assert (edit.kind, edit.detail["first"]) == (EditKind.NOTES, "Newer")


async def test_a_teller_that_fails_for_good_is_told_of(domain: Domain, ipa: Path) -> None:
    release_id, _ = await sent(domain, ipa)
    domain.teller.failing["report_edit"] = [TellerFailed("No."), TellerFailed("No.")]
    domain.teller.failing["redraw"] = [TellerFailed("No.")]

    edit = await domain.rewording.change(release_id, "One", MANAGER)

    assert await edit_of(domain, edit) is EditState.FAILED
    ((who, said),) = domain.teller.troubles
    assert who == MANAGER.reference
    assert said.startswith("Your change of Harbour 2.4.0 (241) for iOS holds, but some messages")


async def test_tags_are_words_that_releases_are_found_by(domain: Domain, ipa: Path) -> None:
    release_id, _ = await sent(domain, ipa)
    app_id = (await domain.cards.release(release_id)).app_id

    put = await domain.tagging.add(release_id, ["RC1", "#beta", "beta"], MANAGER)
    off = await domain.tagging.drop(release_id, ["rc1", "never"], MANAGER)
    whole = await domain.tagging.put(release_id, ["gold", "beta"], MANAGER)

    assert (put.tags, put.added) == (("beta", "rc1"), ("rc1", "beta"))
    assert (off.tags, off.removed) == (("beta",), ("rc1",))
    assert (whole.tags, whole.added, whole.removed) == (("beta", "gold"), ("gold",), ())
    assert (await domain.cards.release(release_id)).tags == ("beta", "gold")
    states = [(await domain.cards.release(release_id)).state]
    found = await domain.lists.tagged("beta", states, app_id=app_id)
    assert [(one.number, one.tags) for one in found] == [(1, ("beta", "gold"))]
    assert await domain.lists.tagged("rc1", states) == []
    assert await domain.lists.tags() == ["beta", "gold"]
    assert domain.teller.messages_redrawn == []
    named = [one for one in await actions(domain, release_id) if "tagged" in one[0]]
    assert named == [
        ("release.tagged", {"tags": ["rc1", "beta"]}),
        ("release.untagged", {"tags": ["rc1"]}),
        ("release.tagged", {"tags": ["gold"]}),
    ]


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ([], "Name at least one tag"),
        (["ä"], "“ä” is no tag"),
        (["-x"], "“-x” is no tag"),
        (["x" * 33], "at most 32 characters"),
        ([f"t{n}" for n in range(MOST + 1)], "at most 20 tags"),
    ],
)
async def test_what_is_no_tag_is_refused(
    domain: Domain, ipa: Path, tags: list[str], said: str
) -> None:
    release_id = await domain.draft(ipa)

    with pytest.raises(Unclear, match=said) as refused:
        await domain.tagging.add(release_id, tags, MANAGER)

    assert refused.value.field == "tags"


async def test_tags_need_a_right_and_a_change(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(NotAllowed):
        await domain.tagging.add(release_id, ["beta"], UPLOADER)
    await gather(*(domain.tagging.add(release_id, [tag], MANAGER) for tag in ("a", "b", "c")))

    with pytest.raises(AlreadyDone, match="release 1 is tagged a, b, c"):
        await domain.tagging.add(release_id, ["a"], MANAGER)
    with pytest.raises(AlreadyDone, match="Nothing changes"):
        await domain.tagging.drop(release_id, ["d"], MANAGER)
    await domain.drafts.dismiss(release_id, MANAGER)
    with pytest.raises(NotNow, match="was dismissed, so its tags stay"):
        await domain.tagging.drop(release_id, ["a"], MANAGER)


async def test_a_disabled_release_keeps_everything_and_comes_back_as_it_was(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await sent(domain, ipa)
    told = len(domain.teller.told)

    edit = await domain.availability.disable(release_id, "  The server\nis down. ", MANAGER)

    card = await domain.cards.release(release_id)
    assert card.standing is Standing.DISABLED
    assert card.disabling is not None
    assert (card.disabling.by, card.disabling.because) == (
        MANAGER.reference,
        "The server is down.",
    )
    assert not await opens(domain, release_id, BOB)
    assert await current(domain, qa) == [1]
    assert (await domain.lists.of_app(card.app_id))[0].standing is Standing.DISABLED
    assert await domain.lists.given_to(BOB.value) == []
    assert len(domain.teller.messages_redrawn) == 1
    assert await edit_of(domain, edit) is EditState.DONE

    await domain.availability.enable(release_id, MANAGER)

    card = await domain.cards.release(release_id)
    assert (card.standing, card.disabling) == (Standing.LIVE, None)
    assert await opens(domain, release_id, BOB)
    assert len(domain.teller.told) == told
    assert [one for one, _ in await actions(domain, release_id)][-2:] == [
        "release.disabled",
        "release.enabled",
    ]


async def test_nobody_gets_what_is_disabled_until_it_is_enabled(domain: Domain, ipa: Path) -> None:
    release_id, qa = await sent(domain, ipa)
    beta = await group(domain, "Beta", CID)
    await domain.availability.disable(release_id, "", MANAGER)

    with pytest.raises(NotNow, match="Enable it first") as refused:
        await send(domain, release_id, beta)
    await domain.groups.add_people(qa, [DEE], MANAGER)
    before = list(domain.teller.told)
    await domain.availability.enable(release_id, MANAGER)

    assert refused.value.code == "disabled"
    # Whoever joined while it was disabled is told once it is enabled.
    assert len(domain.teller.told) == len(before) + 1
    assert await opens(domain, release_id, DEE)


async def test_whoever_was_to_be_told_when_it_was_disabled_is_told_later(
    domain: Domain, ipa: Path
) -> None:
    release_id, qa = await domain.draft(ipa), await group(domain, "QA", BOB, CID)

    async def stop() -> None:
        domain.teller.on_tell = None
        await domain.availability.disable(release_id, "", MANAGER)

    domain.teller.on_tell = stop
    await send(domain, release_id, qa)
    card = await domain.cards.release(release_id)

    assert card.counts == {RecipientState.TOLD: 1, RecipientState.UNREACHABLE: 1}
    assert [one.reason for one in card.unreached] == [DISABLED]
    act = card.acts[0].distribution_id
    with pytest.raises(NotNow, match="Enable it first"):
        await domain.distributions.again(act, MANAGER, "again")
    await domain.availability.enable(release_id, MANAGER)
    await domain.distributions.again(act, MANAGER, "again 2")
    assert (await domain.cards.release(release_id)).reached == 2


async def test_who_disables_what_is_disabled_learns_who_was_first(
    domain: Domain, ipa: Path
) -> None:
    release_id = await domain.draft(ipa)
    with pytest.raises(NotAllowed, match="disable or enable"):
        await domain.availability.disable(release_id, "", UPLOADER)
    with pytest.raises(AlreadyDone, match="Release 1 is enabled"):
        await domain.availability.enable(release_id, MANAGER)
    with pytest.raises(Unclear, match="500 are the most"):
        await domain.availability.disable(release_id, "x" * 501, MANAGER)

    found = await gather(
        *(domain.availability.disable(release_id, "", MANAGER) for _ in range(2)),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in found) == ["AlreadyDone", "Edit"]
    (late,) = [one for one in found if isinstance(one, AlreadyDone)]
    assert "Ann Archer disabled release 1 already, on " in str(late)
    await domain.drafts.dismiss(release_id, MANAGER)
    with pytest.raises(NotNow, match="was dismissed, so nobody can install it anyway"):
        await domain.availability.enable(release_id, MANAGER)


async def test_what_is_disabled_is_not_the_newer_one_that_is_out(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    old, qa = await domain.draft(ipa, "F1"), await group(domain, "QA", BOB)
    new = await domain.draft(newer_ipa, "F2")
    await send(domain, new, qa)
    assert (await domain.cards.release(old)).newer == "2.5.0 (250)"

    await domain.availability.disable(new, "", MANAGER)

    assert (await domain.cards.release(old)).newer is None
    await domain.recall(new)
    assert (await domain.cards.release(new)).standing is Standing.RECALLED
