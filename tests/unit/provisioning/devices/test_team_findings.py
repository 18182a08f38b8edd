"""What is wrong with a team at Apple: each state with its sentence and what to do."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from provisioning.appstore.errors import (
    AccessDenied,
    AgreementsMissing,
    AppleUnreachable,
    AppStoreError,
    KeyRejected,
    RateLimited,
)
from provisioning.appstore.wire.rate import RateReading
from provisioning.devices.team_findings import (
    NAMED,
    TROUBLES,
    UNREADABLE_CODE,
    findings,
    how_it_does,
    listed,
)
from provisioning.devices.team_report import (
    AppleTeamCard,
    AppleTeamReport,
    CertificateHere,
    CertificateThere,
)

AT = datetime(2026, 11, 30, tzinfo=UTC)
CARD = AppleTeamCard(id="t", issuer_id="i", team_id="A1B2C3D4E5", key_id="K", name="Harbour Labs")


def there(mark: str, *, days: float = 300, kind: str = "DISTRIBUTION") -> CertificateThere:
    ends = AT + timedelta(days=days)
    return CertificateThere(name=f"Dist {mark}", type=kind, expires_at=ends, fingerprint=mark)


def here(mark: str, *, days: float = 300) -> CertificateHere:
    ends = AT + timedelta(days=days)
    return CertificateHere(name=f"Dist {mark}", expires_at=ends, fingerprint=mark)


WELL = AppleTeamReport(
    card=CARD,
    devices=3,
    certificates=1,
    rate=RateReading(limit=3600, remaining=3500, at=AT),
    there=(there("a"),),
    here=(here("a"),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a team is, and what is said of it."""

    report: AppleTeamReport
    found: str
    to_do: str
    stops: bool = False


def refused(error: AppStoreError) -> AppleTeamReport:
    return AppleTeamReport(card=CARD, complaint=str(error), code=error.code)


def renewing(days: int) -> AppleTeamReport:
    when = (AT + timedelta(days=days)).date()
    return replace(WELL, card=replace(CARD, renews_on=when))


STATES = {
    "a small role": State(
        report=refused(AccessDenied()), found="may not do this", to_do="role Admin", stops=True
    ),
    "new terms": State(
        report=refused(AgreementsMissing()),
        found="new terms",
        to_do="Account Holder sign in",
        stops=True,
    ),
    "a revoked key": State(
        report=refused(KeyRejected()), found="rejects", to_do="`slipway apple rotate`", stops=True
    ),
    "a lost secret key": State(
        report=AppleTeamReport(card=CARD, complaint="Lost.", code=UNREADABLE_CODE),
        found="Lost.",
        to_do="from the backup",
        stops=True,
    ),
    "too many calls": State(report=refused(RateLimited()), found="no more calls", to_do="Wait"),
    "no Apple": State(
        report=refused(AppleUnreachable()), found="does not answer", to_do="system-status"
    ),
    "something new": State(
        report=AppleTeamReport(card=CARD, complaint="It is odd.", code="apple_odd"),
        found="It is odd.",
        to_do="Try again",
        stops=True,
    ),
    "a clock behind": State(
        report=replace(WELL, skew=timedelta(minutes=10)), found="-10 minutes off", to_do="NTP"
    ),
    "no certificate": State(
        report=replace(WELL, there=(), here=()),
        found="has no certificate for distribution",
        to_do="Let Slipway make one",
    ),
    "a key elsewhere": State(
        report=replace(WELL, here=()),
        found="none of the team's certificates is here: Dist a (until 26 September 2027)",
        to_do="Let Slipway make one",
    ),
    "no key and the limit": State(
        report=replace(WELL, there=(there("a"), there("b"), there("c")), here=()),
        found="Apple issues no more than these",
        to_do="Slipway never revokes one",
    ),
    "another kind does not count": State(
        report=replace(
            WELL, there=(there("a"), there("b"), there("c", kind="IOS_DISTRIBUTION")), here=()
        ),
        found="Dist c",
        to_do="Let Slipway make one",
    ),
    "a revoked certificate": State(
        report=replace(WELL, there=()),
        found="does not list the certificate Dist a any more",
        to_do="Let Slipway make one",
    ),
    "revoked, and the limit": State(
        report=replace(WELL, there=(there("b"), there("c"), there("d"))),
        found="it was revoked. The team has Dist b (until",
        to_do="Bring the p12 of one of them",
    ),
    "an ended certificate": State(
        report=replace(WELL, there=(), here=(here("a", days=-1),)),
        found="Dist a ended on 29 November 2026",
        to_do="Let Slipway make one",
    ),
    "a certificate that ends soon": State(
        report=replace(WELL, there=(there("a", days=59),), here=(here("a", days=59),)),
        found="ends on 28 January 2027",
        to_do="`/release apple certificate`",
    ),
    "few calls": State(
        report=replace(WELL, rate=RateReading(limit=3600, remaining=12, at=AT)),
        found="Only 12 of 3600 calls",
        to_do="may wait",
    ),
    "a renewal": State(report=renewing(5), found="renews on 5 December 2026", to_do="once a year"),
    "a renewal that passed": State(
        report=renewing(-1), found="was to renew on 29 November 2026", to_do="renews next"
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_each_state_is_said_with_what_to_do(name: str) -> None:
    state = STATES[name]

    [found] = findings(state.report, AT)

    assert state.found in found.found
    assert state.to_do in found.to_do
    assert found.stops is state.stops


@pytest.mark.parametrize(
    "report",
    [
        WELL,
        renewing(30),
        replace(WELL, there=(there("a", days=61),), here=(here("a", days=61),)),
        replace(WELL, there=(there("a"), there("b"), there("c"))),
        replace(WELL, there=(there("a", days=5), there("b")), here=(here("a", days=5), here("b"))),
    ],
    ids=["well", "a renewal far off", "61 days", "at the limit", "the next one is here"],
)
def test_a_team_that_is_well_has_nothing_to_look_after(report: AppleTeamReport) -> None:
    assert findings(report, AT) == ()


def test_what_stops_comes_first() -> None:
    report = replace(refused(KeyRejected()), skew=timedelta(minutes=-9))

    assert [one.stops for one in findings(report, AT)] == [True, False]
    assert "+9 minutes" in findings(report, AT)[1].found


def test_every_code_is_that_of_an_error() -> None:
    known = {
        kind.code
        for kind in (AccessDenied, AgreementsMissing, AppleUnreachable, KeyRejected, RateLimited)
    }

    assert set(TROUBLES) == known | {UNREADABLE_CODE}


def test_many_certificates_are_counted() -> None:
    assert listed([there(str(number)) for number in range(NAMED + 2)]).endswith(" and 2 more")


def test_one_is_one_and_the_rest_are_several() -> None:
    assert how_it_does(WELL) == (
        "It works: 3 devices, 1 certificate in force, 3500 of 3600 calls left this hour; "
        "the time here is Apple's."
    )


@pytest.mark.parametrize(("seconds", "said"), [(40, "40 s behind"), (-400, "400 s ahead of")])
def test_a_clock_that_is_a_little_off_is_said(seconds: float, said: str) -> None:
    report = replace(WELL, skew=timedelta(seconds=seconds))

    assert how_it_does(report).endswith(f"the time here is {said} Apple's.")


def test_a_team_is_called_by_the_best_that_is_known() -> None:
    unknown = AppleTeamCard(id="t", issuer_id="i", team_id="", key_id="K", renews_on=date.max)

    assert CARD.called == "Harbour Labs"
    assert replace(CARD, name="").called == "A1B2C3D4E5"
    assert unknown.called == "issuer i"
