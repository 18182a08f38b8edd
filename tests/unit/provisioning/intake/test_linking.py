"""Builds that lie elsewhere: what is taken for a link, and what becomes of it."""

from asyncio import gather
from pathlib import Path

import pytest

from provisioning.errors import NotAllowed, NotNow, Unclear
from provisioning.installing.installabilities import Installabilities
from provisioning.installing.installability import Way, judge
from provisioning.installing.reasons import reasons
from provisioning.installing.verdict import VerdictCode
from provisioning.intake.elsewhere import LONGEST_LINK, checked_link, host_of
from provisioning.intake.linking import LinkedBuild, LinkedRelease
from provisioning.intake.sighting import AnswerSpot
from provisioning.releases.lifecycle import Standing
from storage.catalog import receipts
from storage.errors import NotFound
from storage.records.base import now
from storage.records.grant import ReceiptKind
from tests.unit.provisioning.conftest import BOB, CID, GUEST, MANAGER, UPLOADER, Domain
from tests.unit.provisioning.distributing.sending import current, group, known_as, opens, send

OWN = "https://slipway.example.com"
LINK = "https://builds.example.com/harbour/2.6.0.ipa?sig=a%20b#x"

GOOD = [
    LINK,
    "HTTPS://Builds.Example.com:8443/x",
    "https://builds/x.apk",
    "https://xn--bcher-kva.example/x",
    "https://93.184.216.34/x.ipa",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/x",
    f"{OWN}.evil.example/x",
    "https://a.example/" + "x" * (LONGEST_LINK - 18),
]


@pytest.mark.parametrize("link", GOOD)
def test_a_link_is_kept_as_it_was_given(link: str) -> None:
    assert checked_link(f" {link} ", own=OWN) == link


BAD = {
    "": "Give the link",
    "http://builds.example.com/x.ipa": "begin with https://",
    "builds.example.com/x.ipa": "begin with https://",
    "javascript:alert(1)": "begin with https://",
    "itms-services://?action=download-manifest&url=https://x.example": "begin with https://",
    "https:///x": "no host",
    "https://": "no host",
    "https://a.example:99999/x": "no host",
    "https://a.example:x/x": "no host",
    "https://[::1/x": "no host",
    "https://-a.example/x": "no host",
    "https://a..example/x": "no host",
    "https://127.1/x": "no host",
    "https://2130706433/x": "no host",
    "https://0x7f.0.0.1/x": "no host",
    "https://0177.0.0.1/x": "no host",
    "https://ann:secret@a.example/x": "before an @",
    "https://a.example@evil.example/x": "before an @",
    "https://a.example\\@evil.example/x": "no address has",
    "https://a.example/x y": "no address has",
    "https://a.example/\x00": "no address has",
    "https://a.example/\nHost: x": "no address has",
    "https://a.example/\u202egpa.ipa": "no address has",
    "https://bücher.example/x": "no address has",
    "https://a.example/<script>": "no address has",
    "https://127.0.0.1/x": "inside a network",
    "https://127.0.0.1:8080/x": "inside a network",
    "https://10.0.0.7/x": "inside a network",
    "https://192.168.1.1./x": "inside a network",
    "https://169.254.169.254/latest/meta-data": "inside a network",
    "https://100.64.0.1/x": "inside a network",
    "https://0.0.0.0/x": "inside a network",
    "https://[::1]/x": "inside a network",
    "https://[fe80::1]/x": "inside a network",
    "https://[fd00::1]/x": "inside a network",
    "https://[::ffff:10.0.0.1]/x": "inside a network",
    "https://localhost/x": "inside a network",
    "https://LOCALHOST./x": "inside a network",
    "https://ci.localhost/x": "inside a network",
    "https://printer.local/x": "inside a network",
    f"{OWN}/i/abcdefghijklmnopqrstuv": "for one person each",
    OWN.upper(): "for one person each",
    "https://a.example/" + "x" * LONGEST_LINK: "are the most",
}


@pytest.mark.parametrize("link", BAD, ids=ascii)
def test_what_nobody_should_be_sent_to_is_refused(link: str) -> None:
    with pytest.raises(Unclear) as refused:
        checked_link(link, own=OWN)

    assert BAD[link] in str(refused.value)
    assert refused.value.field == "link"
    assert "secret" not in str(refused.value)


async def linked(domain: Domain, **wanted: object) -> LinkedRelease:
    app_id = (await domain.lists.apps())[0].app.id
    values: dict[str, object] = {"app_id": app_id, "version": "2.6.0", "build": "260", "link": LINK}
    return await domain.linking.link(LinkedBuild(**{**values, **wanted}), UPLOADER)  # type: ignore[arg-type]


async def test_a_link_becomes_a_draft_that_goes_to_people(domain: Domain, ipa: Path) -> None:
    await domain.draft(ipa)
    qa = await group(domain, "QA", BOB)

    made = await linked(
        domain, notes="New", spot=AnswerSpot(teller="slack", address="C1"), version=" 2.6.0 "
    )
    again = await linked(domain)
    await send(domain, made.release_id, qa)

    card = await domain.cards.release(made.release_id)
    assert (made.is_new, again) == (
        True,
        LinkedRelease(release_id=made.release_id, upload_id=made.upload_id, is_new=False),
    )
    assert (card.number, card.standing, card.notes) == (2, Standing.LIVE, "New")
    assert (card.build.link, card.build.sha256, card.build.size) == (LINK, None, None)
    assert (card.previous, card.changes) == ("2.4.0 (241)", ())
    upload = await domain.cards.upload(made.upload_id)
    assert [(place.teller, place.address) for place in upload.places] == [("slack", "C1")]
    assert domain.teller.shown.count(made.upload_id) >= 1
    assert await current(domain, qa) == [2]
    assert await opens(domain, made.release_id, BOB)
    grant = await domain.grants.give(made.release_id, await known_as(domain, BOB))
    opened = await domain.grants.open(domain.grants.token(grant))
    assert opened is not None
    assert opened.handout is None
    with pytest.raises(NotFound):
        _ = opened.file


async def test_nobody_is_judged_by_what_nobody_has_seen(domain: Domain, ipa: Path) -> None:
    await domain.draft(ipa)
    made = await linked(domain)
    await send(domain, made.release_id, await group(domain, "QA", BOB))
    able = Installabilities(domain.database)

    card = await domain.cards.release(made.release_id)
    tester = await known_as(domain, BOB)
    served = (await able.of_tester(tester, [made.release_id]))[made.release_id]

    assert reasons(card.build.facts, at=now()) == ()
    assert judge(card.build.facts, None, at=now()).way is Way.ELSEWHERE
    assert (served.verdict.code, served.verdict.can) == (VerdictCode.UNKNOWN, True)
    assert "nobody here knows" in served.verdict.sentence
    assert "nobody can be told whether" in (await able.of_card(card)).sentence
    assert domain.engine.started[-1][0] != "provision"


async def test_a_build_after_a_link_is_compared_with_the_file_before(
    domain: Domain, ipa: Path, newer_ipa: Path
) -> None:
    await domain.draft(ipa, "F1")
    await linked(domain)

    newer = await domain.cards.release(await domain.draft(newer_ipa, "F2"))

    assert newer.previous == "2.4.0 (241)"


async def test_a_version_is_one_build(domain: Domain, ipa: Path) -> None:
    await domain.draft(ipa)
    await linked(domain)

    with pytest.raises(Unclear, match=r"as release 2, and lies at builds\.example\.com") as other:
        await linked(domain, link="https://other.example/x.ipa")
    with pytest.raises(Unclear, match="as release 1, with its file"):
        await linked(domain, version="2.4.0", build="241")
    with pytest.raises(Unclear, match="Give the version"):
        await linked(domain, version=" ")
    with pytest.raises(Unclear, match="A build number is one word"):
        await linked(domain, build="2 6")
    with pytest.raises(Unclear, match="bytes longer"):
        await linked(domain, notes="x" * 70_000)
    assert other.value.field == "build"


async def test_two_who_link_the_same_at_once_make_one_draft(domain: Domain, ipa: Path) -> None:
    await domain.draft(ipa)

    made = await gather(*(linked(domain) for _ in range(3)))

    assert len({one.release_id for one in made}) == 1
    assert sum(one.is_new for one in made) == 1


async def test_what_was_dismissed_comes_back_and_what_was_recalled_is_anew(
    domain: Domain, ipa: Path
) -> None:
    await domain.draft(ipa)
    first = await linked(domain)
    await domain.drafts.dismiss(first.release_id, MANAGER)
    back = await linked(domain)
    assert (await domain.cards.release(back.release_id)).standing is Standing.DRAFT
    await send(domain, first.release_id, await group(domain, "QA", BOB, CID))
    await opened_by_bob(domain, first.release_id)

    await domain.recall(first.release_id)
    anew = await linked(domain, link="https://other.example/x.ipa")

    assert back.release_id == first.release_id
    assert not await opens(domain, first.release_id, BOB)
    # Bob opened the page and may have it; Cid did not.
    assert len(domain.teller.noticed) == 1
    assert (anew.is_new, anew.release_id != first.release_id) == (True, True)


async def opened_by_bob(domain: Domain, release_id: str) -> None:
    grant = await domain.grants.give(release_id, await known_as(domain, BOB))
    async with domain.database.writing() as session:
        receipt = await receipts.claim(session, grant.id, ReceiptKind.OPENED)
        receipt.count += 1
        session.add(receipt)


async def test_the_first_release_has_a_file(domain: Domain, ipa: Path) -> None:
    release_id = await domain.draft(ipa)
    await domain.drafts.dismiss(release_id, MANAGER)

    with pytest.raises(NotNow, match="SLIPWAY_EXTERNAL_FIRST") as refused:
        await linked(domain)
    domain.linking._external_first = True
    made = await linked(domain)

    assert refused.value.code == "external_first"
    assert made.is_new


async def test_a_link_needs_the_right_to_bring_builds_in(domain: Domain, ipa: Path) -> None:
    await domain.draft(ipa)
    app_id = (await domain.lists.apps())[0].app.id
    wanted = LinkedBuild(app_id=app_id, version="2.6.0", build="260", link=LINK)

    with pytest.raises(NotAllowed, match="bring builds in"):
        await domain.linking.link(wanted, GUEST)
    assert (await domain.linking.link(wanted, UPLOADER)).is_new


def test_a_host_is_said_with_its_port() -> None:
    assert host_of("https://a.example:8443/x") == "a.example:8443"
