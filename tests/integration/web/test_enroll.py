"""Enrolment over HTTP: what a device is asked, what it may answer, and what it is told."""

import asyncio
import plistlib
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlmodel import select

from bot.web.app import WebParts, make_web
from bot.web.enroll.routes import EnrolParts
from bot.web.kit.doors import Access, declared_doors
from provisioning.actors import email, person, slack
from provisioning.devices.devices import Claim
from provisioning.devices.enrolment import enrolments as limits
from provisioning.devices.enrolment.answer import MOST_BYTES
from provisioning.devices.enrolment.refusals import REFUSALS
from provisioning.devices.enrolment.trust import TrustPolicy
from provisioning.devices.udids import read_udid
from provisioning.errors import DirectoryFailed, NotAllowed, Unclear
from provisioning.installing.installabilities import Installabilities
from provisioning.tokens import hash_of
from storage.records import tester as testers
from storage.records.device import DeviceSource
from storage.records.enrolment import EnrolmentLink
from storage.records.registration import Registration, RegistrationState
from tests import logs
from tests.integration.web.enrolling import (
    BOB,
    CID,
    DEVICE_NAME,
    Asked,
    EnrolSite,
    certificate_files,
    given,
    open_enrolment,
    verified,
)
from tests.integration.web.site import ANDROID, DESKTOP, IPHONE, SLACKBOT
from tests.integration.web.test_install_page import CHROME_ON_IPHONE, INSIDE_SLACK, Page
from tests.unit.provisioning.devices.enrolment.authority import UDID, DeviceAuthorities

ANOTHER = "00008120-000E44540A2A801E"
WRONG = "A" * 22
FOR_BOB = person(BOB, origin="test")


@pytest.fixture
async def site(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities
) -> AsyncGenerator[EnrolSite]:
    async with open_enrolment(sqlite_url, tmp_path, authority) as opened:
        yield opened


async def refusal(site: EnrolSite, path: str, body: bytes) -> str:
    """Answer, and return the code of the refusal whose page Safari was led to."""
    led = await site.led(path, body)
    head, _, code = led.rpartition("/")
    assert head == "/enroll/refused", led
    page = Page(await site.text(led))
    assert REFUSALS[code].title in page.words
    assert REFUSALS[code].sentence in page.words
    return code


async def test_a_phone_is_added_by_its_own_word(site: EnrolSite) -> None:
    await site.connect_a_team()
    page = await site.link()
    assert "Bob Baker" in await site.text(page)
    asked = await site.ask(page)

    led = await site.led(asked.path, site.signed(asked))

    [device] = await site.kept()
    assert (device.udid, device.name, device.model) == (UDID, DEVICE_NAME, "iPhone14,5")
    assert (device.source, device.verified) == (DeviceSource.ENROLLED, True)
    assert device.system_version == "17.5.1"
    assert device.created_by == "person:slack:UBOB"
    async with site.database.reading() as session:
        [asked_for] = (await session.exec(select(Registration))).all()
    assert asked_for.state is RegistrationState.AWAITING_APPROVAL
    for _ in range(2):  # A page may be loaded again.
        said = await site.text(led)
        words = Page(said).words
        assert "Your iPhone 13 is here" in words
        assert "UDID …801E" in words
        assert "A release manager has to approve it first." in words
        assert "signed again with this device" in words
        assert UDID not in said
        assert DEVICE_NAME not in words


async def test_each_profile_asks_anew_and_for_no_more_than_is_needed(site: EnrolSite) -> None:
    page = await site.link()
    first, second = await site.ask(page), await site.ask(page)

    assert first.profile["PayloadType"] == "Profile Service"
    assert first.profile["PayloadIdentifier"] == "test.example.apps.slipway.enrolment"
    assert first.profile["PayloadContent"]["DeviceAttributes"] == [
        *("UDID", "PRODUCT", "VERSION", "DEVICE_NAME")
    ]
    assert first.profile["PayloadContent"]["URL"].startswith("https://")
    assert first.profile["PayloadUUID"] != second.profile["PayloadUUID"]
    assert (first.path, first.challenge) != (second.path, second.challenge)
    assert page.rpartition("/")[2] not in str(first.profile)
    assert (await site.get(f"{page}/slipway.mobileconfig", method="HEAD")).status == 200
    assert len(await site.questions()) == 2


async def test_a_profile_is_signed_with_the_certificate_of_the_site(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities, caplog: pytest.LogCaptureFixture
) -> None:
    files = certificate_files(authority)
    async with open_enrolment(sqlite_url, tmp_path, authority, signer=files) as site:
        page = await site.link()
        signed = (await site.get(f"{page}/slipway.mobileconfig")).body
        asked = site.read(verified(authority, signed))
        assert (await site.led(asked.path, site.signed(asked))).startswith("/enroll/result/")
        assert "Not Signed" not in await site.text(page)

        files.certificate.write_bytes(b"half a certificate")
        unsigned = (await site.get(f"{page}/slipway.mobileconfig")).body

        assert plistlib.loads(unsigned)["PayloadType"] == "Profile Service"
        assert "Not Signed" in await site.text(page)
        files.certificate.unlink()
        assert (await site.get(f"{page}/slipway.mobileconfig")).status == 200
    assert "goes out unsigned" in caplog.text
    assert "SLIPWAY_ENROLMENT_CERTIFICATE_FILE" in caplog.text


def tampered(site: EnrolSite, asked: Asked) -> bytes:
    return site.signed(asked).replace(UDID.encode(), ANOTHER.encode())


def unsigned(site: EnrolSite, asked: Asked) -> bytes:
    site.signed(asked)
    site.authority.run("crl2pkcs7 -nocrl -certfile device.pem -outform DER -out none")
    return (site.authority.folder / "none").read_bytes()


def detached(site: EnrolSite, asked: Asked) -> bytes:
    site.signed(asked)
    line = "cms -sign -binary -in content -out apart -outform DER"
    site.authority.run(f"{line} -signer device.pem -inkey device.key")
    return (site.authority.folder / "apart").read_bytes()


def without_challenge(site: EnrolSite, _asked: Asked) -> bytes:
    return site.authority.ask(values={"UDID": UDID})


def no_plist(site: EnrolSite, _asked: Asked) -> bytes:
    return site.authority.ask(values=b"hello")


def signed_twice(site: EnrolSite, asked: Asked) -> bytes:
    values = {"UDID": UDID, "CHALLENGE": asked.challenge}
    return site.authority.ask(signers=("device", "bare"), values=values)


Broken = Callable[[EnrolSite, Asked], bytes]
#: Every answer that is none, with the code it is refused with: whatever the policy.
REFUSED: dict[str, tuple[Broken, str]] = {
    "tampered": (tampered, "bad_signature"),
    "truncated": (lambda s, a: s.signed(a)[:-1], "damaged"),
    "a trailing byte": (lambda s, a: s.signed(a) + b"\0", "damaged"),
    "nothing": (lambda _s, _a: b"", "damaged"),
    "unsigned": (unsigned, "damaged"),
    "a second signer": (signed_twice, "damaged"),
    "the content apart": (detached, "empty"),
    "no plist": (no_plist, "no_plist"),
    "a plist without CMS": (lambda _s, _a: plistlib.dumps({"UDID": UDID}), "damaged"),
    "another challenge": (lambda s, a: s.signed(a, CHALLENGE="c0ffee"), "wrong_challenge"),
    "no challenge": (without_challenge, "wrong_challenge"),
    "a serial number": (lambda s, a: s.signed(a, UDID="C02XG2JHJG5J"), "no_udid"),
    "a simulator": (
        lambda s, a: s.signed(a, UDID="E621E1F8-C36C-495A-93FC-0C247A3E6E5F"),
        "no_udid",
    ),
    "too large": (lambda _s, _a: b"\x30" * (MOST_BYTES + 1), "too_large"),
    "much too large": (lambda _s, _a: b"\x30" * (40 * MOST_BYTES), "too_large"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_no_answer_leads_to_a_sentence_and_keeps_nothing(
    site: EnrolSite, what: str
) -> None:
    asked = await site.ask(await site.link())
    broken, code = REFUSED[what]

    assert await refusal(site, asked.path, broken(site, asked)) == code

    assert await site.kept() == []
    # A line that was bad once does not cost the person another round.
    assert (await site.led(asked.path, site.signed(asked))).startswith("/enroll/result/")


@pytest.mark.parametrize(
    ("signer", "genuine"),
    [
        ("device", True),
        ("old", True),
        ("ca", False),
        ("encipherment", False),
        ("critical", False),
        ("forged", False),
        ("strange", False),
    ],
)
@pytest.mark.parametrize("trust", sorted(TrustPolicy))
async def test_the_policy_decides_about_who_signed(
    sqlite_url: str,
    tmp_path: Path,
    authority: DeviceAuthorities,
    trust: TrustPolicy,
    signer: str,
    *,
    genuine: bool,
) -> None:
    async with open_enrolment(sqlite_url, tmp_path, authority, trust=trust) as site:
        asked = await site.ask(await site.link())
        answer = site.signed(asked, signer=signer)
        if trust is TrustPolicy.REQUIRE and not genuine:
            assert await refusal(site, asked.path, answer) == "not_verified"
            assert await site.kept() == []
            return
        assert (await site.led(asked.path, answer)).startswith("/enroll/result/")
        [device] = await site.kept()

    assert device.verified is (None if trust is TrustPolicy.OFF else genuine)


async def test_an_authority_of_a_test_counts_for_nothing_in_earnest(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities
) -> None:
    require = TrustPolicy.REQUIRE
    async with open_enrolment(sqlite_url, tmp_path, authority, trust=require, real=True) as site:
        asked = await site.ask(await site.link())

        assert await refusal(site, asked.path, site.signed(asked)) == "not_verified"


async def test_the_oldest_form_of_an_answer_is_read(site: EnrolSite) -> None:
    asked = await site.ask(await site.link())

    led = await site.led(asked.path, site.signed(asked, "-md", "sha1", "-noattr"))

    assert led.startswith("/enroll/result/")
    assert (await site.kept())[0].verified


async def test_a_question_takes_one_answer(site: EnrolSite) -> None:
    asked = await site.ask(await site.link())
    answer = site.signed(asked)
    await site.led(asked.path, answer)

    assert await refusal(site, asked.path, answer) == "replayed"
    assert await refusal(site, asked.path, site.signed(asked, UDID=ANOTHER)) == "replayed"

    assert [one.udid for one in await site.kept()] == [UDID]


async def test_of_two_answers_at_once_one_is_taken(
    database_url: str, tmp_path: Path, authority: DeviceAuthorities
) -> None:
    async with open_enrolment(database_url, tmp_path, authority) as site:
        asked = await site.ask(await site.link())
        answers = [site.signed(asked, UDID=udid) for udid in (UDID, ANOTHER)]

        led = await asyncio.gather(*(site.led(asked.path, one) for one in answers))

        assert sum(one.startswith("/enroll/result/") for one in led) == 1
        assert "/enroll/refused/replayed" in led
        assert len(await site.kept()) == 1
        assert await refusal(site, asked.path, answers[0]) == "replayed"
        await site.later(timedelta(days=2))
        await site.enrolments.forget()
        assert await site.questions() == []


async def test_every_door_says_who_comes_in(site: EnrolSite) -> None:
    parts = WebParts(
        grants=site.grants,
        installabilities=Installabilities(site.database),
        receipts=site.receipts,
        blobs=site.blobs,
        links=site.links,
        enrol=EnrolParts(enrolments=site.enrolments),
    )
    doors = {(door.method, door.path): door.access for door in declared_doors(make_web(parts))}

    own = {door: access for door, access in doors.items() if "enroll" in door[1]}
    gets = {path: access for (method, path), access in own.items() if method == "GET"}
    posts = {path: access for (method, path), access in own.items() if method == "POST"}
    assert gets == {
        "/enroll/{token}": Access.ENROLMENT,
        "/enroll/{token}/code.svg": Access.ENROLMENT,
        "/enroll/{token}/slipway.mobileconfig": Access.ENROLMENT,
        "/enroll/result/{token}": Access.RESULT,
        "/enroll/refused/{code}": Access.PUBLIC,
    }
    assert posts == {"/enroll/answer/{token}": Access.CHALLENGE, "/i/{token}/enroll": Access.GRANT}


async def test_a_question_is_over_after_a_quarter_of_an_hour(site: EnrolSite) -> None:
    asked = await site.ask(await site.link())
    answer = site.signed(asked)
    await site.later(timedelta(minutes=15))

    assert await refusal(site, asked.path, answer) == "over"
    assert await refusal(site, f"/enroll/answer/{WRONG}", answer) == "over"

    assert await site.kept() == []


async def test_another_persons_challenge_adds_nothing_for_anybody(site: EnrolSite) -> None:
    bobs, cids = await site.ask(await site.link(BOB)), await site.ask(await site.link(CID))

    assert await refusal(site, bobs.path, site.signed(cids)) == "wrong_challenge"
    assert await refusal(site, cids.path, site.signed(bobs)) == "wrong_challenge"

    assert await site.kept() == []


async def test_somebody_elses_device_stays_theirs_and_nobody_is_named(site: EnrolSite) -> None:
    first = await site.ask(await site.link(CID))
    await site.led(first.path, site.signed(first))
    asked = await site.ask(await site.link(BOB))

    led = await site.led(asked.path, site.signed(asked))

    assert led == "/enroll/refused/device_taken"
    assert "Cid" not in await site.text(led)
    [device] = await site.kept()
    async with site.database.reading() as session:
        owner = await session.get(testers.Tester, device.tester_id)
    assert owner is not None
    assert owner.slack_id == CID.value


async def test_a_device_that_was_typed_in_is_verified_and_keeps_its_name(site: EnrolSite) -> None:
    udid = read_udid(UDID)
    assert udid is not None
    await site.devices.claim(Claim(udid=udid, name="Bob's best"), BOB, FOR_BOB)
    [typed] = await site.kept()
    assert (typed.source, typed.verified, typed.model) == (DeviceSource.TYPED, None, "")
    asked = await site.ask(await site.link())

    await site.led(asked.path, site.signed(asked, DEVICE_NAME="iPhone"))

    [device] = await site.kept()
    assert (device.id, device.name) == (typed.id, "Bob's best")
    assert (device.source, device.verified) == (DeviceSource.ENROLLED, True)
    assert (device.model, device.system_version) == ("iPhone14,5", "17.5.1")


async def test_a_name_that_is_longer_than_apple_takes_is_cut(site: EnrolSite) -> None:
    asked = await site.ask(await site.link())

    led = await site.led(asked.path, site.signed(asked, DEVICE_NAME="n" * 80))

    assert led.startswith("/enroll/result/")
    assert [one.name for one in await site.kept()] == ["n" * 50]


async def test_whoever_left_adds_nothing(site: EnrolSite) -> None:
    page = await site.link()
    asked = await site.ask(page)
    answer = site.signed(asked)
    site.directory.add(BOB.value, "Bob Baker", deleted=True)

    assert await refusal(site, asked.path, answer) == "person_left"

    async with site.database.writing() as session:
        [bob] = (await session.exec(select(testers.Tester))).all()
        bob.active = False
        session.add(bob)
    assert (await site.get(page)).status == 404
    assert await site.kept() == []


async def test_what_fails_on_our_side_is_a_page_as_well_and_is_logged(
    site: EnrolSite, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await site.ask(await site.link())
    answer = site.signed(asked)
    async with site.database.writing() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE device RENAME TO gone")

    assert await refusal(site, asked.path, answer) == "failed"

    assert "could not be taken" in caplog.text
    assert UDID not in caplog.text


# More than 240 at once are stopped by the limit of one link before they are looked at.
@pytest.mark.parametrize("posts", [140, pytest.param(220, marks=pytest.mark.slow)])
async def test_hundreds_of_posts_to_one_question_are_looked_at_ten_times(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities, posts: int
) -> None:
    async with open_enrolment(sqlite_url, tmp_path, authority, still=True) as site:
        asked = await site.ask(await site.link())
        body = site.signed(asked, CHALLENGE="guess")

        codes = [await site.led(asked.path, body) for _ in range(posts)]

        told = {code.rpartition("/")[2]: codes.count(code) for code in codes}
        assert told == {
            "wrong_challenge": limits.MOST_TRIES,
            "too_many": posts - limits.MOST_TRIES,
        }
        assert [one.tries for one in await site.questions()] == [limits.MOST_TRIES]
        # Whoever guesses tokens has no part in what is allowed, and leaves nothing.
        guesses = [await site.led(f"/enroll/answer/{n:022}", body) for n in range(50)]
        assert set(guesses) == {"/enroll/refused/over"}
        assert len(await site.questions()) == 1
        assert await site.kept() == []


async def test_all_answers_together_are_held_to_so_many_a_minute(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities
) -> None:
    async with open_enrolment(sqlite_url, tmp_path, authority, still=True) as site:
        page = await site.link()
        for _ in range(limits.MOST_A_MINUTE // limits.MOST_TRIES):
            asked = await site.ask(page)
            for _ in range(limits.MOST_TRIES):
                assert await site.led(asked.path, b"x") == "/enroll/refused/damaged"

        asked = await site.ask(await site.link(CID))

        assert await refusal(site, asked.path, site.signed(asked)) == "busy"
        assert await site.led(f"/enroll/answer/{WRONG}", b"x") == "/enroll/refused/over"
        assert len(await site.questions()) == limits.MOST_OPEN + 1


async def test_nobody_invents_more_than_a_few_devices_a_day(site: EnrolSite) -> None:
    page = await site.link()
    for n in range(limits.MOST_A_DAY):
        asked = await site.ask(page)
        answer = site.signed(asked, UDID=f"00008110-{n:016X}")
        assert (await site.led(asked.path, answer)).startswith("/enroll/result/")

    asked = await site.ask(page)
    assert await refusal(site, asked.path, site.signed(asked)) == "too_many"

    assert len(await site.kept()) == limits.MOST_A_DAY
    cids = await site.ask(await site.link(CID))
    assert (await site.led(cids.path, site.signed(cids))).startswith("/enroll/result/")


async def test_many_questions_leave_a_few_and_the_newest_can_be_answered(site: EnrolSite) -> None:
    page = await site.link()
    asked = [await site.ask(page) for _ in range(40)]

    assert len(await site.questions()) == limits.MOST_OPEN
    assert await refusal(site, asked[0].path, site.signed(asked[0])) == "over"
    newest = asked[-1]
    assert (await site.led(newest.path, site.signed(newest))).startswith("/enroll/result/")


async def test_the_clock_drops_what_is_over(site: EnrolSite) -> None:
    page = await site.link()
    asked = await site.ask(page)
    led = await site.led(asked.path, site.signed(asked))
    await site.ask(page)
    await site.later(timedelta(minutes=16))
    await site.enrolments.forget()
    assert [one.answered_at is not None for one in await site.questions()] == [True]
    assert (await site.get(led)).status == 200

    await site.later(timedelta(days=1))
    assert (await site.get(led)).status == 404
    await site.enrolments.forget()
    assert await site.questions() == []
    assert len(await site.kept()) == 1


async def test_a_result_is_shown_no_longer_once_the_device_is_somebody_elses(
    site: EnrolSite,
) -> None:
    asked = await site.ask(await site.link())
    led = await site.led(asked.path, site.signed(asked))
    [device] = await site.kept()

    await site.devices.hand_over(device.id, CID, FOR_BOB)

    assert (await site.get(led)).status == 404


async def test_a_device_that_was_taken_back_leaves_no_result(site: EnrolSite) -> None:
    asked = await site.ask(await site.link())
    led = await site.led(asked.path, site.signed(asked))
    [device] = await site.kept()

    await site.devices.forget(device.id, FOR_BOB)

    assert (await site.get(led)).status == 404
    assert await refusal(site, asked.path, site.signed(asked)) == "replayed"


@pytest.mark.parametrize("form", ["text", "json"])
async def test_neither_the_log_nor_an_address_tells_of_a_device(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities, form: Literal["text", "json"]
) -> None:
    """Every kind of answer, and of error, with canaries in all that a device says."""
    addresses: list[str] = []
    secrets: set[str] = {UDID, DEVICE_NAME, "SERIALCANARY"}
    with logs.written(form) as log:
        async with open_enrolment(sqlite_url, tmp_path, authority) as site:
            page = await site.link()
            secrets.add(page.rpartition("/")[2])
            await site.get(page, Referer=f"https://x.example/{UDID}")
            for broken, _code in [*REFUSED.values(), (lambda s, a: s.signed(a), "")]:
                asked = await site.ask(page)
                body = broken(site, asked)
                secrets |= {asked.path.rpartition("/")[2], asked.challenge}
                for _ in range(2):
                    led = await site.led(asked.path, body)
                    addresses.append(led)
                    await site.get(led)
            asked = await site.ask(page)
            answer = site.signed(asked, SERIAL="SERIALCANARY")
            async with site.database.writing() as session:
                connection = await session.connection()
                await connection.exec_driver_sql("ALTER TABLE device RENAME TO gone")
            addresses.append(await site.led(asked.path, answer))
            assert addresses[-1] == "/enroll/refused/failed"
        said = log.getvalue()

    results = {one.rpartition("/")[2] for one in addresses if "/result/" in one}
    assert len(results) == 1
    assert "/slipway.mobileconfig" in said
    assert "POST /enroll/answer/" in said
    assert "Apple iPhone Device CA" in said
    assert "Traceback" in said
    for secret in secrets | results:
        assert secret not in said
    for secret in secrets:
        assert not [one for one in addresses if secret in one]


async def test_every_answer_has_the_headers_that_keep_it_private(site: EnrolSite) -> None:
    page = await site.link()
    asked = await site.ask(page)
    answer = await site.post(asked.path, site.signed(asked))
    led = site.path_of(answer.headers["Location"])
    paths = [page, f"{page}/slipway.mobileconfig", f"{page}/code.svg", led]

    for one in [answer, *[await site.get(path) for path in [*paths, "/enroll/refused/damaged"]]]:
        assert one.headers["Cache-Control"] == "private, no-store"
        assert one.headers["Referrer-Policy"] == "no-referrer"
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert "noindex" in one.headers["X-Robots-Tag"]
        assert "default-src 'none'" in one.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in one.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in one.headers


@pytest.mark.parametrize(
    ("agent", "said", "unsaid"),
    [
        (
            IPHONE,
            ["Add this iPhone", "within 8 minutes"],
            ["You are inside another app", "Or open this address"],
        ),
        (IPHONE.replace("iPhone;", "iPad;"), ["Add this iPad"], []),
        (INSIDE_SLACK, ["Open this page in Safari", "inside another app"], []),
        (CHROME_ON_IPHONE, ["Open this page in Safari", "as a file, which does"], []),
        (DESKTOP, ["Scan it with the iPhone or iPad", "This is an iPad"], []),
        (ANDROID, ["Android needs none of this"], ["Download the profile", "Settings"]),
    ],
    ids=["iPhone", "iPad", "inside Slack", "Chrome", "desktop or iPad", "Android"],
)
async def test_the_page_says_what_to_do_here(
    site: EnrolSite, agent: str, said: list[str], unsaid: list[str]
) -> None:
    path = await site.link()
    page = Page(await site.text(path, agent=agent))

    for words in said:
        assert words in page.words
    for words in unsaid:
        assert words not in page.words
    assert (f"{path}/slipway.mobileconfig" in page.links()) is (agent != ANDROID)
    assert await site.questions() == []


async def test_machines_and_strangers_learn_nothing(site: EnrolSite) -> None:
    page = await site.link()
    neutral = await site.get(page, agent=SLACKBOT)

    assert neutral.status == 200
    assert "Bob" not in neutral.text
    assert (await site.get(f"/enroll/{WRONG}", agent=SLACKBOT)).body == neutral.body
    nothing = await site.get("/nothing/here")
    for path in (
        *(f"/enroll/{WRONG}", f"/enroll/{WRONG}/slipway.mobileconfig", f"/enroll/{WRONG}/code.svg"),
        *(f"/enroll/result/{WRONG}", "/enroll/refused/nonsense", "/enroll/", page + "%2f"),
    ):
        found = await site.get(path)
        assert (found.status, found.body) == (404, nothing.body), path
    assert (await site.get(f"{page}/slipway.mobileconfig", agent=SLACKBOT)).status == 404
    assert await site.questions() == []


async def test_a_link_ends_and_a_row_that_was_slipped_in_opens_nothing(site: EnrolSite) -> None:
    page = await site.link()
    async with site.database.writing() as session:
        [link] = (await session.exec(select(EnrolmentLink))).all()
        values: dict[str, Any] = {**link.model_dump(), "id": "0" * 32}
        session.add(EnrolmentLink(**{**values, "token_hash": hash_of(WRONG)}))
        link.expires_at -= timedelta(days=8)
        session.add(link)

    assert (await site.get(page)).status == 404
    assert (await site.get(f"/enroll/{WRONG}")).status == 404


async def test_a_person_has_one_link_and_another_before_it_ends(site: EnrolSite) -> None:
    page = await site.link()
    assert await site.link() == page
    assert await site.link(CID) != page
    async with site.database.writing() as session:
        for link in (await session.exec(select(EnrolmentLink))).all():
            link.expires_at -= limits.LINK_LIFETIME - limits.LINK_RENEWED
            session.add(link)

    assert await site.link() != page
    assert (await site.get(page)).status == 200


async def test_a_link_for_somebody_else_takes_the_right_to_change_their_devices(
    site: EnrolSite,
) -> None:
    with pytest.raises(NotAllowed):
        await site.enrolments.invite(CID, FOR_BOB)
    site.directory.add("UBOT", "ci", bot=True)
    with pytest.raises(Unclear, match="cannot install"):
        await site.enrolments.invite(slack("UBOT"), person(slack("UANN"), origin="test"))

    token = await site.enrolments.invite(CID, person(slack("UANN"), origin="test"))

    assert "Cid Carver" in await site.text(f"/enroll/{token}")


async def test_a_tester_who_is_known_by_address_alone_adds_a_device(site: EnrolSite) -> None:
    asked = await site.ask(await site.link(email("zoe@example.com")))

    assert (await site.led(asked.path, site.signed(asked))).startswith("/enroll/result/")


async def test_without_https_the_page_says_why_and_asks_nothing(
    sqlite_url: str, tmp_path: Path, authority: DeviceAuthorities
) -> None:
    base = "http://10.0.0.5:8080"
    async with open_enrolment(sqlite_url, tmp_path, authority, base=base) as site:
        page = await site.link()
        for agent in (IPHONE, DESKTOP):
            seen = Page(await site.text(page, agent=agent))
            assert "This address is not secure" in seen.words
            assert not [one for one in seen.links() if one.endswith(".mobileconfig")]
        assert (await site.get(f"{page}/slipway.mobileconfig")).status == 404


async def test_from_the_install_page_a_click_leads_to_the_own_link(site: EnrolSite) -> None:
    install = await given(site, "adhoc")
    page = await site.get(install)
    forms = [attributes for tag, attributes in Page(page.text).tags if tag == "form"]
    assert forms == [{"class": "plain", "method": "post", "action": f"{install}/enroll"}]
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert (await site.get(f"{install}/enroll")).status == 404
    async with site.database.reading() as session:
        assert (await session.exec(select(EnrolmentLink))).all() == []

    led = [await site.get(f"{install}/enroll", method="POST") for _ in range(2)]

    assert [one.status for one in led] == [303, 303]
    assert led[0].headers["Location"] == led[1].headers["Location"]
    path = site.path_of(led[0].headers["Location"])
    assert path == await site.link()
    assert "Bob Baker" in await site.text(path)
    assert (await site.get(f"/i/{WRONG}/enroll", method="POST")).status == 404


@pytest.mark.parametrize("kind", ["enterprise", "development"])
async def test_a_build_that_no_device_is_added_to_has_no_such_click(
    site: EnrolSite, kind: str
) -> None:
    install = await given(site, kind)

    assert "Add it" not in await site.text(install)
    assert (await site.get(f"{install}/enroll", method="POST")).status == 404


async def test_a_slack_that_is_silent_costs_another_try_and_no_page(
    site: EnrolSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await site.link()
    asked = await site.ask(page)

    async def silent(_ids: object) -> object:
        raise DirectoryFailed

    with monkeypatch.context() as patched:
        patched.setattr(site.directory, "people", silent)
        assert await refusal(site, asked.path, site.signed(asked)) == "failed"

    again = await site.ask(page)
    assert (await site.led(again.path, site.signed(again))).startswith("/enroll/result/")
