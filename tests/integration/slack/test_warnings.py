"""What people are warned of: by a button older than the warning, and each in their own DM."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.sandbox.samples.harbour import harbour_ipa
from bot.slack.kit import names
from storage.blobs.segments import Segments
from storage.catalog.database import Database, Session
from storage.records import tester as testers
from storage.records.base import now
from storage.records.build import Build
from storage.records.device import Device
from storage.records.identity import SigningIdentity
from storage.records.variant import Variant, VariantState
from tests.integration.slack.house import BUILDS, QA, House
from tests.integration.slack.test_main_road import distribute

PHONE = "00008110-0011223344556677"


@pytest.mark.slow
async def test_c4_a_button_that_is_older_than_a_newer_release_asks_and_names_it(
    house: House,
) -> None:
    await house.group("QA", "Bob", channel=QA)
    await house.with_app()
    await distribute(house, "QA")
    await house.cid.post(BUILDS, "Next", files=[house.samples.newer_ipa])
    drawn = await house.card_saying("2.5.0 (250)")
    folder = house.samples.ipa.parent
    newest = harbour_ipa(folder, version="2.6.0", build="260")
    await house.cid.post(BUILDS, "And the next", files=[newest])
    await house.card_saying("2.6.0 (260)")
    await house.ann.command(BUILDS, names.COMMAND, "distribute harbour 2.6.0 to QA")
    await house.dm_to("Bob", "2.6.0 (260)")

    await house.ann.click(drawn, names.DISTRIBUTE_USUAL)

    form = await house.view_of("Ann", "Distribute")
    assert "2.6.0 (260) is out already: this is an older release." in str(form.blocks)
    assert not [m for m in house.workspace.dms("Bob") if "2.5.0 (250)" in m.said()]


async def test_c6_each_is_told_of_the_very_file_that_their_link_leads_to(
    house: House, sqlite_url: str
) -> None:
    await house.group("QA", "Bob", "Cid", channel=QA)
    await house.with_app()
    database = Database(sqlite_url)
    async with database.writing() as session:
        build = (await session.exec(select(Build))).one()
        fresh = build.facts["signing"]
        old = {**fresh, "expires_at": (now() - timedelta(days=3)).isoformat()}
        build.facts = {**build.facts, "signing": old}
        session.add(build)
        await _signed_for_bob(session, house, build, {**fresh, "devices": [PHONE]})
    await database.close()

    await distribute(house, "QA")

    own = await house.dm_to("Bob", "ready for you")
    other = await house.dm_to("Cid", "was sent to you")
    assert "expired" not in own.said()
    assert "Its provisioning profile expired on" in other.said()
    await house.card_saying("Its provisioning profile expired on", QA)
    bob, cid = await _home(house, "Bob"), await _home(house, "Cid")
    assert ("'Install'" in bob, "'Open'" in bob, "expired" in bob) == (True, False, False)
    assert ("'Install'" in cid, "'Open'" in cid, "expired" in cid) == (False, True, True)


async def test_c16_a_build_for_vision_is_listed_as_what_it_is(
    house: House, sqlite_url: str
) -> None:
    await house.with_app()
    database = Database(sqlite_url)
    async with database.writing() as session:
        build = (await session.exec(select(Build))).one()
        build.facts = {**build.facts, "device_families": ["vision"]}
        session.add(build)
    await database.close()

    shown = [await _home(house, "Ann")]
    for typed in ("list", "list harbour", "apps"):
        await house.ann.command(BUILDS, names.COMMAND, typed)
        shown.append((await house.whisper_to("Ann", "Harbour")).said())
    await house.ann.shortcut(names.DISTRIBUTE_GLOBAL)
    form = await house.view_of("Ann", "Distribute a build")
    shown.append(str(await house.ann.suggest(form, names.RELEASE, "")))

    assert ["visionOS" in one for one in shown] == [True] * 5
    assert not any("iOS ·" in one.replace("visionOS", "") for one in shown)


async def test_c16_who_may_not_distribute_is_not_told_how(house: House) -> None:
    await house.with_app()
    said = []
    for person in ("Cid", "Ann"):
        await house.workspace.person(person).command(BUILDS, names.COMMAND, "show harbour")
        said.append((await house.whisper_to(person, "Nobody has it yet")).said())

    assert ["distribute" in one.lower() for one in said] == [False, True]


async def _home(house: House, person: str) -> str:
    """Return what stands on somebody's Home tab."""
    await house.workspace.person(person).open_home()
    return str((await house.workspace.eventually(lambda: house.workspace.home_of(person))).blocks)


async def _signed_for_bob(
    session: Session, house: House, build: Build, signing: dict[str, object]
) -> None:
    """Let the build be signed again for a phone of Bob's."""
    tester = (
        await session.exec(select(testers.Tester).where(testers.Tester.slack_id == house.bob.id))
    ).one()
    phone = Device(
        organization_id=build.organization_id,
        udid=PHONE,
        tester_id=tester.id,
        created_by="person:slack:UANN",
    )
    identity = SigningIdentity(
        organization_id=build.organization_id,
        key_fingerprint="4" * 64,
        sealed_key=b"sealed",
        name="Harbour",
        created_by="person:slack:UANN",
    )
    session.add_all([phone, identity])
    await session.flush()
    session.add(
        Variant(
            build_id=build.id,
            generation="1" * 64,
            identity_id=identity.id,
            fingerprint="2" * 64,
            state=VariantState.READY,
            segments=Segments.whole(str(build.sha256), int(build.size or 0)).as_json(),
            tag="3" * 64,
            signing=signing,
        )
    )
