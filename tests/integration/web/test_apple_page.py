"""A team at Apple is connected on a page, once, by one admin, and nothing secret comes out."""

import asyncio
import html
import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData

from bot.sandbox.apple.keys import Role
from bot.sandbox.faults import Fault
from bot.sandbox.samples.identities import OTHER_TEAM, signing_identity
from bot.web.apple import form as entering
from provisioning.codesign.identity.request import make_request
from provisioning.connecting import invitations
from provisioning.connecting.invitations import OVER
from provisioning.connecting.setup import CertificateWay
from provisioning.errors import NotAllowed
from provisioning.signing.identities import Identities
from storage.catalog.database import Database
from storage.records.apple_invitation import ApplePurpose
from tests import logs
from tests.integration.web.apple_page import ANN, BOB, ApplesDesk, apples_desk, filled
from tests.integration.web.site import Answer

PASSWORD = "correct horse canary"


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncGenerator[ApplesDesk]:
    async with apples_desk(sqlite_url, tmp_path) as desk:
        yield desk


def issue(desk: ApplesDesk, count: int = 1) -> None:
    """Let others have certificates, with keys of their own."""
    for _ in range(count):
        desk.team.certificates.issue(make_request("x").csr_pem.decode(), "DISTRIBUTION")


def said(answer: Answer) -> str:
    """Return what people read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def beside(answer: Answer, field: str) -> str:
    """Return the sentence beside a field."""
    found = re.search(rf'id="wrong-{field}"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


async def test_a_key_and_a_certificate_that_slipway_makes_are_kept_and_the_page_is_used_up(
    desk: ApplesDesk,
) -> None:
    path = await desk.link()

    blank = await desk.open(path)
    done = await desk.send(path, filled(desk.team.key, "make", renews_on="2027-03-01"))
    again = await desk.open(path)
    once_more = await desk.send(path, filled(desk.team.key, "make"))

    assert (blank.status, done.status, again.status, once_more.status) == (200, 200, 409, 409)
    assert "form-action 'self'" in blank.headers["Content-Security-Policy"]
    [card] = await desk.teams.every()
    [identity] = await desk.identities.every()
    # The team had no certificate before: the one that was made told its id and its name.
    assert (card.team_id, card.name) == (desk.team.id, desk.team.name)
    assert str(card.renews_on) == "2027-03-01"
    assert identity.team_id == desk.team.id
    for shown in (card.key_id, str(identity.fingerprint), desk.team.name, "1 March 2027"):
        assert shown in said(done)
    assert "used up" in said(done)
    assert OVER.replace("`", "") in said(again)
    [report] = await desk.teams.report()
    assert [one.fingerprint for one in report.usable] == [identity.fingerprint]
    assert await desk.acts() == [
        ("person:slack:UANN", "slack", "apple.invited"),
        ("person:slack:UANN", "page", "apple.connected"),
        ("person:slack:UANN", "page", "apple.used"),
        ("person:slack:UANN", "page", "identity.requested"),
        ("person:slack:UANN", "page", "identity.completed"),
    ]


async def test_a_p12_is_brought_with_the_key(desk: ApplesDesk) -> None:
    signer = signing_identity()
    desk.team.certificates.adopt(signer.certificate, "IOS_DISTRIBUTION")

    done = await desk.send(
        await desk.link(), filled(desk.team.key, "bring", signer.p12(PASSWORD), PASSWORD)
    )

    assert done.status == 200
    assert signer.fingerprint in said(done)
    assert [one.fingerprint for one in await desk.identities.every()] == [signer.fingerprint]


async def test_a_pasted_key_will_do_and_the_id_is_read_from_the_name_of_the_file(
    desk: ApplesDesk,
) -> None:
    key = desk.team.key
    pasted = FormData(default_to_multipart=True)
    for name, value in {
        "issuer_id": f" {key.issuer_id.upper()} ",
        "key_id": key.id.lower(),
        "p8_text": key.p8.replace("\n", "\r\n"),
        "name": "The harbour",
    }.items():
        pasted.add_field(name, value)

    done = await desk.send(await desk.link(), pasted)
    named = await desk.send(await desk.link(), filled(key, key_id=""))

    assert (done.status, named.status) == (200, 200)
    assert [one.called for one in await desk.teams.every()] == ["The harbour"]


async def test_what_is_refused_is_said_beside_its_field_and_what_was_typed_stays(
    desk: ApplesDesk,
) -> None:
    key, path = desk.team.key, await desk.link()
    other = filled(key, "make", issuer_id="not <one>", name="The harbour", renews_on="2027-03-01")
    no_key = filled(None, "bring", issuer_id=key.issuer_id, key_id=key.id)
    no_p12 = filled(key, "bring", password=PASSWORD)
    no_date = filled(key, renews_on="soon")

    issuer = await desk.send(path, other)
    answers = {
        "issuer_id": issuer,
        "key_id": await desk.send(path, filled(key, key_id="?")),
        "p8": await desk.send(path, no_key),
        "p12": await desk.send(path, no_p12),
        "renews_on": await desk.send(path, no_date),
    }

    assert {field: answer.status for field, answer in answers.items()} == dict.fromkeys(
        answers, 422
    )
    assert beside(issuer, "issuer_id").startswith("The issuer id is not one")
    assert beside(answers["key_id"], "key_id").startswith("The key id is not one")
    assert "Choose the .p8 file" in beside(answers["p8"], "p8")
    assert "Choose the .p12 file" in beside(answers["p12"], "p12")
    assert "write it as 2027-03-01" in beside(answers["renews_on"], "renews_on")
    for kept in ('value="not &lt;one&gt;"', 'value="The harbour"', 'value="2027-03-01"'):
        assert kept in issuer.text
    assert re.search(r'value="bring" checked', answers["p12"].text)
    line = key.p8.splitlines()[1]
    assert not [one for one in answers.values() if PASSWORD in one.text or line in one.text]
    assert await desk.teams.every() == []
    # Nothing of that has used the link up.
    assert (await desk.send(path, filled(key))).status == 200


async def test_a_p12_that_does_not_fit_is_refused_and_the_key_stays(desk: ApplesDesk) -> None:
    key, path = desk.team.key, await desk.link()
    own = signing_identity(number=2)
    development = signing_identity(kind="iPhone Developer")
    desk.team.certificates.adopt(development.certificate, "IOS_DEVELOPMENT")
    strange = signing_identity(OTHER_TEAM)

    wrong = await desk.send(path, filled(key, "bring", own.p12(PASSWORD), "wrong"))
    senseless = await desk.send(path, filled(None, "bring", b"no p12", PASSWORD))
    foreign = await desk.send(path, filled(None, "bring", strange.p12(PASSWORD), PASSWORD))
    for_work = await desk.send(path, filled(None, "bring", development.p12(PASSWORD), PASSWORD))
    desk.team.certificates.adopt(own.certificate, "IOS_DISTRIBUTION")
    right = await desk.send(path, filled(None, "bring", own.p12(PASSWORD), PASSWORD))

    assert "The password is wrong" in beside(wrong, "p12")
    assert f"The key {key.id} is kept, and works." in said(wrong)
    assert 'name="p8_file"' not in wrong.text
    assert "this is no p12" in beside(senseless, "p12")
    assert "Apple does not list this certificate" in beside(foreign, "p12")
    assert "a certificate for development" in beside(for_work, "p12")
    assert right.status == 200
    assert [one.fingerprint for one in await desk.identities.every()] == [own.fingerprint]


async def test_at_apples_limit_the_certificates_are_listed_and_none_is_revoked(
    desk: ApplesDesk,
) -> None:
    issue(desk, 3)
    path = await desk.link()

    full = await desk.send(path, filled(desk.team.key, "make"))
    there = [one.id for one in desk.team.certificates]
    desk.team.revoke(there[0])
    done = await desk.send(path, filled(None, "make"))

    assert full.status == 409
    assert said(full).count("Apple Distribution: Harbour Labs, until ") == 3
    assert "Slipway never revokes one" in said(full)
    assert len(there) == 3
    assert done.status == 200
    # The key of the first attempt was gone on with.
    assert len(await desk.identities.every()) == 1


async def test_a_lost_answer_costs_no_second_certificate(desk: ApplesDesk) -> None:
    desk.apple.script("POST certificates", Fault.cut())

    done = await desk.send(await desk.link(), filled(desk.team.key, "make"))

    assert done.status == 200
    assert len(list(desk.team.certificates)) == 1


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        ("individual", 422, "team key"),
        ("small", 422, "role"),
        ("revoked", 422, "revoked"),
        ("agreements", 422, "Account Holder"),
        ("busy", 503, "no more calls"),
        ("away", 503, "does not answer"),
    ],
)
async def test_what_apple_says_of_the_key_is_said_and_the_link_holds_on(
    desk: ApplesDesk, trouble: str, status: int, words: str
) -> None:
    key, team, path = desk.team.key, desk.team, await desk.link()
    match trouble:
        case "individual":
            key = team.add_key(is_individual=True)
        case "small":
            key = team.add_key(Role.MARKETING)
        case "revoked":
            team.revoke_key(key.id)
        case "agreements":
            team.rules.agreements_missing = True
        case "busy":
            desk.apple.script("*", Fault.rate_limited(3_000), 9)
        case _:
            desk.apple.script("*", Fault.server_error(), 9)

    refused = await desk.send(path, filled(key, "make"))

    assert refused.status == status
    assert words in said(refused)
    assert await desk.teams.every() == []
    assert (await desk.open(path)).status == 200


async def test_a_role_that_may_not_ask_for_certificates_is_told(desk: ApplesDesk) -> None:
    small = desk.team.add_key(Role.APP_MANAGER)

    refused = await desk.send(await desk.link(), filled(small, "make"))

    assert refused.status == 409
    assert "that takes the role Admin" in said(refused)
    assert f"The key {small.id} is kept, and works." in said(refused)


async def test_another_key_is_put_in_the_place_of_one_and_a_certificate_made_later(
    desk: ApplesDesk,
) -> None:
    row_id, other = await desk.connected(), desk.team.add_key()
    rotate = await desk.link(ApplePurpose.ROTATE, team=row_id)
    certify = await desk.link(ApplePurpose.CERTIFY, team=row_id)

    asked = await desk.open(rotate)
    changed = await desk.send(rotate, filled(other, issuer_id="ignored"))
    desk.team.revoke_key(desk.team.key.id)
    wanted = await desk.open(certify)
    made = await desk.send(certify, filled(None, "make"))
    again = await desk.send(
        await desk.link(ApplePurpose.CERTIFY, team=row_id), filled(None, "make")
    )

    assert 'name="issuer_id"' not in asked.text
    assert 'name="p12"' not in asked.text
    assert "revoke the key before it" in said(changed)
    assert 'name="p8_file"' not in wanted.text
    assert (changed.status, made.status, again.status) == (200, 200, 200)
    assert [one.key_id for one in await desk.teams.every()] == [other.id]
    # One that holds for a while is not asked for twice.
    assert len(list(desk.team.certificates)) == 1


async def test_a_link_for_a_team_that_was_disconnected_meanwhile_says_so(desk: ApplesDesk) -> None:
    row_id = await desk.connected()
    path = await desk.link(ApplePurpose.CERTIFY, team=row_id)
    await desk.teams.disconnect(desk.team.issuer_id, ANN)

    shown, sent = await desk.open(path), await desk.send(path, filled(None, "make"))

    assert (shown.status, sent.status) == (409, 409)
    assert "not connected any more" in said(shown)
    assert "not connected any more" in said(sent)


async def test_of_two_who_send_at_once_one_is_taken(desk: ApplesDesk) -> None:
    path = await desk.link()

    answers = await asyncio.gather(
        *(desk.send(path, filled(desk.team.key, "make")) for _ in range(3))
    )

    assert sorted(answer.status for answer in answers) == [200, 409, 409]
    assert len(list(desk.team.certificates)) == 1


async def test_a_link_is_over_after_half_an_hour(
    desk: ApplesDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "LIFETIME", timedelta(seconds=-1))
    path = await desk.link()

    shown, sent = await desk.open(path), await desk.send(path, filled(desk.team.key))

    assert "older than 30 minutes" in said(shown)
    assert (shown.status, sent.status) == (409, 409)
    assert await desk.teams.every() == []


async def test_whoever_is_no_admin_any_more_opens_and_sends_nothing(
    desk: ApplesDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await desk.link()
    monkeypatch.setattr(desk.permissions, "_admins", frozenset())

    shown, sent = await desk.open(path), await desk.send(path, filled(desk.team.key))

    assert (shown.status, sent.status) == (403, 403)
    assert "You may not connect teams at Apple" in said(sent)
    assert await desk.teams.every() == []


async def test_nobody_else_finds_the_page_or_is_invited(desk: ApplesDesk) -> None:
    path = await desk.link()
    wrong = [f"/apple/{'A' * 43}", "/apple/short", f"{path}A", path.upper(), "/apple"]

    answers = [await desk.open(one) for one in wrong]

    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    with pytest.raises(NotAllowed):
        await desk.link(by=BOB)


async def test_a_form_of_another_site_is_refused(desk: ApplesDesk) -> None:
    path = await desk.link()

    answer = await desk.send(path, filled(desk.team.key), Sec_Fetch_Site="cross-site")

    assert answer.status == 403
    assert await desk.teams.every() == []


async def test_a_dump_of_the_database_shows_no_secret_that_was_entered_or_given(
    desk: ApplesDesk, sqlite_url: str
) -> None:
    key, signer, path = desk.team.key, signing_identity(number=4), await desk.link()
    desk.team.certificates.adopt(signer.certificate, "IOS_DISTRIBUTION")

    done = await desk.send(path, filled(key, "bring", signer.p12(PASSWORD), PASSWORD))
    # A second link is open while the dump is made.
    open_link = await desk.link()

    file = Path(sqlite_url.removeprefix("sqlite:///"))
    dump = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    assert done.status == 200
    assert key.id.encode() in dump
    secrets = [key.p8.splitlines()[1], PASSWORD, path[-43:], open_link[-43:]]
    assert [secret for secret in secrets if secret.encode() in dump] == []


async def test_a_file_of_more_than_64_kb_is_refused_beside_its_field(desk: ApplesDesk) -> None:
    key, path = desk.team.key, await desk.link()
    large, small = b"x" * (entering.LARGEST + 1), b"x" * entering.LARGEST

    p12 = await desk.send(path, filled(key, "bring", large, PASSWORD))
    just = await desk.send(path, filled(key, "bring", small, PASSWORD))
    pasted = await desk.send(path, filled(None, p8_text=large.decode(), key_id=key.id))

    assert (p12.status, just.status, pasted.status) == (422, 422, 422)
    assert "larger than 64 KB" in beside(p12, "p12")
    assert "this is no p12" in beside(just, "p12")
    assert "larger than 64 KB" in beside(pasted, "p8") or "is kept" in said(pasted)


async def test_a_request_that_is_too_large_or_no_form_is_not_read_on(desk: ApplesDesk) -> None:
    path = await desk.link()
    url = desk.address + path
    huge = filled(desk.team.key, "bring", b"x" * (entering.LARGEST_REQUEST + 1), PASSWORD)
    many = FormData(default_to_multipart=True)
    for number in range(entering.MOST_PARTS + 1):
        many.add_field(f"field{number}", "x")
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    nested = (
        b'--x\r\nContent-Disposition: form-data; name="p12"\r\n'
        b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--x--\r\n"
    )

    statuses = [
        (await desk.send(path, huge)).status,
        (await desk.send(path, many)).status,
    ]
    for body, headers in (
        (b"way=make", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"no parts at all", broken),
        (nested, broken),
        (b"x", {"Content-Type": "multipart/form-data"}),
    ):
        async with desk.site.client.post(url, data=body, headers=headers) as answer:
            statuses.append(answer.status)

    assert statuses == [413, 400, 415, 400, 400, 400]
    assert (await desk.open(path)).status == 200


async def test_no_secret_is_in_any_answer_or_line_of_the_log_not_even_when_all_fails(
    desk: ApplesDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Canaries through every way of the page: refused, done, used up, and failing inside."""
    key, signer = desk.team.key, signing_identity(number=3)
    desk.team.certificates.adopt(signer.certificate, "IOS_DISTRIBUTION")
    p12 = signer.p12(PASSWORD)
    pem_lines = [line for line in key.p8.splitlines() if "-----" not in line]

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot digest {key.p8}")

    answers: list[Answer] = []
    with logs.written("text") as log:
        paths = [await desk.link() for _ in range(3)]
        both = filled(key, "bring", p12, PASSWORD)
        answers.append(await desk.send(paths[0], filled(key, "bring", p12, f"{PASSWORD}?")))
        answers.append(await desk.send(paths[0], filled(None, "bring", p12, PASSWORD)))
        answers.append(await desk.send(paths[0], both))
        answers.append(await desk.open(paths[0]))
        answers += [
            await desk.send(paths[1], filled(key, key_id=PASSWORD, password=PASSWORD)),
            await desk.send(paths[1], filled(None, "bring", p12, issuer_id=key.p8)),
        ]
        monkeypatch.setattr(Identities, "read_p12", _fails)
        answers.append(await desk.send(paths[1], filled(key, "bring", p12, PASSWORD)))
        monkeypatch.setattr(Database, "writing", explode)
        answers.append(await desk.send(paths[2], filled(key, "bring", p12, PASSWORD)))
        await asyncio.sleep(0.1)  # A line is written after its answer.
        written = log.getvalue()

    assert [answer.status for answer in answers].count(500) == 2
    shown = [answer.text for answer in answers]
    tokens = [path.rpartition("/")[2] for path in paths]
    for secret in (*pem_lines, *tokens):
        assert secret not in written
        assert not [page for page in shown if secret in page]
    assert "Traceback" in written
    assert PASSWORD not in written
    assert "/apple/…" in written


async def _fails(*_: object, **__: object) -> None:
    raise RuntimeError("The library broke off.")


def test_the_ways_of_the_form_are_those_that_are_known() -> None:
    template = (Path(entering.__file__).parent / "templates" / "apple.html").read_text()

    assert set(re.findall(r'name="way" value="(\w+)"', template)) == set(CertificateWay)
