"""Devices of every number and name, within Slack's limits, and nobody's UDID where it must not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.sandbox.samples.identities import device_id
from bot.slack.features.devices import messages, views
from bot.slack.features.devices.deciding import messages as deciding
from bot.slack.features.devices.deciding import views as deciding_views
from bot.slack.features.devices.heard import messages as heard
from bot.slack.features.devices.lists import messages as lists
from bot.slack.features.devices.rules import messages as rules
from bot.slack.features.devices.typed import messages as typed
from bot.slack.kit.blocks import BUTTON_TEXT, Form
from provisioning.devices.approvals import MOST_PENDING, Approved
from provisioning.devices.bulk.rows import DeviceList, DeviceRow, RowProblem
from provisioning.devices.devices import Claimed
from provisioning.devices.imports import ImportedRow, ImportPreview
from provisioning.devices.ledger import FamilyLedger, PlaceOwner, TakenPlace
from provisioning.devices.lookalikes import judge
from provisioning.devices.models import doubt
from provisioning.devices.policies import RuleLine
from provisioning.devices.slots import TeamLedger
from provisioning.devices.udids import Udid, read_udid
from storage.records.device_policy import ApprovalSubject, DevicePolicy
from storage.records.registration import RegistrationState
from storage.records.wave import Wave
from tests.blockkit import validity
from tests.blockkit.inertness import EVIL
from tests.unit.bot.slack.features.devices.sheets import AT, pending, sheet, standing
from tests.unit.bot.slack.reading import labels, words

WAITING = RegistrationState.AWAITING_APPROVAL


def udid(number: int) -> Udid:
    found = read_udid(device_id(number))
    assert found is not None
    return found


def test_as_many_as_wait_are_one_message_with_one_click_for_all() -> None:
    asked = [pending(number, WAITING) for number in range(MOST_PENDING)]

    shown = deciding.request(asked)

    assert f"… and {MOST_PENDING - 10} more that wait" in words(shown)
    assert labels(shown).count("Approve") == 10
    assert labels(shown)[-1] == f"Approve all {MOST_PENDING}"
    assert not any(device_id(number)[9:] in str(shown.blocks) for number in range(MOST_PENDING))


def test_more_than_a_button_has_room_for_are_approved_in_portions() -> None:
    asked = [pending(number, WAITING) for number in range(200)]
    refused = [
        pending(number, RegistrationState.REFUSED, reason="It was not approved.")
        for number in range(200)
    ]

    assert labels(deciding.request(asked))[-1] == f"Approve the first {MOST_PENDING}"
    assert labels(deciding.request(refused)) == ["Ask again"]
    words(deciding.request(asked))
    words(deciding.request(refused))


@pytest.mark.parametrize("state", RegistrationState)
def test_what_became_of_a_request_is_said_with_who_decided(state: RegistrationState) -> None:
    reason = "It was not approved: no." if state is RegistrationState.REFUSED else ""
    one = pending(1, state, decided_by="person:slack:U0ANN00000", reason=reason)

    shown = deciding.request([one])

    verb = "Refused by" if state is RegistrationState.REFUSED else "Approved by"
    assert (f"{verb} <@U0ANN00000>" in words(shown)) == (state is not WAITING)
    assert ("Approve" in labels(shown)) == (state is WAITING)


def test_what_apple_refused_was_approved_by_somebody_all_the_same() -> None:
    one = pending(
        1, RegistrationState.REFUSED, decided_by="person:slack:U0ANN00000", reason="Apple says no."
    )

    assert "Apple says no. Approved by <@U0ANN00000>." in words(deciding.request([one]))


def test_the_form_of_all_that_waits_is_taken_by_slack() -> None:
    form = deciding_views.pending([pending(number, WAITING) for number in range(MOST_PENDING)])

    assert complaints(form) == []
    assert complaints(deciding_views.refuse([pending(1, WAITING)])) == []


def complaints(form: Form) -> list[str]:
    return list(validity.view_complaints(form.view()))


def test_what_could_not_be_approved_is_listed() -> None:
    left = tuple((sheet(number), EVIL) for number in range(50))

    assert "Approved 1 device. 50 devices could not be:" in words(
        deciding.left(Approved(done=(sheet(99),), left=left))
    )


def test_own_devices_are_shown_whole_and_an_empty_list_teaches() -> None:
    many = [sheet(number, standing(RegistrationState.READY)) for number in range(40)]

    shown = messages.mine(many)

    assert device_id(0) in words(shown)
    assert "… and 20 more." in words(shown)
    assert "send me its UDID" in words(messages.mine([]))
    assert labels(messages.mine([])) == ["Add a device…"]


def test_everybodys_devices_fit_and_show_no_udid() -> None:
    many = [sheet(number, standing(WAITING)) for number in range(200)]

    shown = typed.everybodys(many, 2_000, sees_udids=True)

    assert "more." in words(shown)
    assert not any(one.udid[9:] in str(shown.blocks) for one in many)
    assert device_id(0) in words(typed.everybodys_udids(many))
    assert "There is no device yet." in words(typed.everybodys([], 0, sees_udids=False))


def test_ten_at_once_with_all_that_is_wrong_fit_into_one_answer() -> None:
    claimed = [
        Claimed(
            sheet=sheet(number, standing(WAITING), model="", name=""),
            new=number % 2 == 0,
            doubt=doubt(udid(number), "iPhone17,3"),
        )
        for number in range(10)
    ]
    beside = heard.HeardWords(
        where=heard.Whereabouts(channel_id="D0123", ts="1.2"),
        refused=[EVIL] * 10,
        lookalikes=[
            item for n in range(20) if not isinstance(item := judge(f"F2LX12{n:02}ABCD"), Udid)
        ],
    )

    shown = heard.heard(claimed, beside)

    assert "Undo all 5" in labels(shown)
    assert "This UDID is not one of the model iPhone 16" in words(shown)
    assert "… and 15 more." in words(shown)


def test_the_ways_begin_with_the_page_where_there_is_one() -> None:
    with_page, without = heard.ways("https://x.example/enroll/abc"), heard.ways(None)

    assert labels(with_page)[0] == "Open the page"
    assert "1. *Open my page" in words(with_page)
    assert labels(without) == ["Type the UDID…", "Ask a release manager"]
    assert "1. *Send me its UDID here*" in words(without)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("f" * 40, "an iPhone, iPad or iPod up to 2018"),
        ("00008140-0011223344556677", "chip of iPhone 16"),
        ("0000FFFF-0011223344556677", "of a model that I do not know yet"),
    ],
)
def test_a_device_is_recognised_by_its_udid(number: str, expected: str) -> None:
    one = Claimed(sheet=sheet(1, model="", udid=number, tail=number[-4:]), new=True)
    where = heard.Whereabouts(channel_id="D0123", ts="1.2")

    assert expected in words(heard.heard([one], heard.HeardWords(where=where)))


def test_a_list_of_two_thousand_is_shown_and_told_within_the_limits() -> None:
    rows = tuple(DeviceRow(line=n, udid=udid(n), name=EVIL) for n in range(2, 2_002))
    problems = tuple(RowProblem(line=n, code="platform") for n in range(50))
    found = DeviceList(rows=rows, problems=problems)
    would = ImportPreview(new=1_990, known=10, owners=3, without_owner=40)
    outcomes = [
        ImportedRow(line=row.line, tail=row.udid.tail, sheet=sheet(row.line), new=True)
        for row in rows
    ]
    failed = ImportedRow(line=3_000, tail="ABCD", why=EVIL)

    shown = lists.preview("F0123", f"{EVIL}.csv", found, would)
    told = lists.outcome(f"{EVIL}.csv", [*outcomes, failed])

    assert labels(shown) == ["Import 2000 devices"]
    assert "50 lines cannot be taken:" in words(shown)
    assert "3 people are named as owner" in words(shown)
    assert "2000 new, 0 were here already, 1 not taken." in words(told)
    assert words(told).index("Line 3000") < words(told).index("Line 2:")


def place(number: int) -> TakenPlace:
    owner = PlaceOwner(device_id="d", name=EVIL, owner=EVIL, seen_at=None)
    return TakenPlace(
        tail="ABCD",
        name=EVIL,
        model="iPhone 13",
        status="ENABLED",
        added_at=AT - timedelta(days=400),
        owner=owner if number % 2 else None,
    )


def test_the_ledgers_of_several_full_teams_fit() -> None:
    taken = tuple(place(number) for number in range(100))
    family = FamilyLedger(family="IPHONE", taken=taken, pending=4, full_on=date(2027, 3, 1))
    teams = [
        TeamLedger(
            team_id="t",
            team=f"TEAM{number}",
            families=(family,),
            read_at=AT,
            renews_on=date(2027, 5, 1),
        )
        for number in range(3)
    ]

    shown = words(typed.slots(teams[:1], AT))

    assert "*iPhone*: 100 used, 4 waiting, 0 free of 100" in shown
    assert "it is full on 1 March 2027" in shown
    assert "renewed on 1 May 2027" in shown
    assert "*Installed nothing for 180 days*: 100 devices." in shown
    assert "nobody here has it" in shown
    assert "never installed anything" in shown
    words(typed.slots(teams, AT))


def test_every_place_of_a_full_family_is_named_with_whose_it_is() -> None:
    owner = PlaceOwner(device_id="d", name="Phone", owner="Bobby Tables", seen_at=AT)
    taken = [replace(place(number), name=f"Phone {number}") for number in range(50)]
    taken += [replace(one, name="Phone", owner=owner) for one in taken]
    family = FamilyLedger(family="IPHONE", taken=tuple(taken), pending=0, full_on=None)
    team = TeamLedger(team_id="t", team="TEAM", families=(family,), read_at=AT)

    pages = [words(typed.places("iphone", team, family, page)) for page in (1, 2, 3)]
    shown = "\n".join(pages)
    words(
        typed.places("iphone", replace(team, team=EVIL), replace(family, taken=(place(1),) * 100))
    )

    assert "Page 1 of 3. The next one: `/release devices slots iphone 2`" in pages[0]
    assert "The next one" not in pages[2]
    assert " more." not in shown
    assert words(typed.places("iphone", team, family, 99)) == pages[2]
    assert "100 used, 0 free of 100" in shown
    assert shown.count("Bobby Tables · installed last") == 50
    assert shown.index("installed last") < shown.index("never installed anything")
    assert shown.index("never installed anything") < shown.index("nobody here has it")


def test_a_forecast_behind_the_renewal_is_not_said() -> None:
    family = FamilyLedger(family="IPAD", taken=(), pending=0, full_on=date(2027, 9, 1))
    team = TeamLedger(
        team_id="t", team="T", families=(family,), read_at=None, renews_on=date(2027, 5, 1)
    )

    shown = words(typed.slots([team], AT))

    assert "At the pace" not in shown
    assert "was not read yet" in shown


def test_rules_name_whom_they_are_about() -> None:
    policy = DevicePolicy(organization_id="o", channel_id="C0123456")
    tester = RuleLine(subject=ApprovalSubject.TESTER, name="x", slack_id="U0BOB00000")
    said = words(rules.decided(policy, [RuleLine(subject=ApprovalSubject.EVERYBODY), tester]))
    words(rules.decided(policy, [RuleLine(subject=ApprovalSubject.GROUP, name=EVIL)] * 200))

    assert "Devices of everybody" in said
    assert "Devices of <@U0BOB00000>" in said
    assert "in <#C0123456>" in said


def test_a_wave_that_lacks_an_app_id_offers_to_make_it() -> None:
    wave = Wave(
        organization_id="o",
        team_id="t" * 32,
        bundle_id="com.example.harbour",
        number=1,
        reason=EVIL,
        code=deciding.APP_ID_NEEDED,
        about="com.example.harbour.share",
        created_by="clock",
    )

    assert labels(deciding.wave_failed(wave)) == ["Create the App ID", "Try again"]
    wave.about = ""
    assert labels(deciding.wave_failed(wave)) == ["Try again"]


def test_the_forms_of_ones_own_are_taken_by_slack() -> None:
    one = sheet(1)
    around = ",".join(f"{number:032}" for number in range(10))

    assert complaints(views.add("U0BOB00000", manages=True, name=EVIL)) == []
    named = views.name(one, manages=True, around=around, channel_id="D0123", ts="1.2")
    assert complaints(named) == []
    assert complaints(views.shown(messages.mine([one]))) == []
    assert "Owner" not in str(views.add("U0BOB00000", manages=False).blocks)
    assert len("Approve all 50") <= BUTTON_TEXT
