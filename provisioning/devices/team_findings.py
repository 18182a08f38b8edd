"""What is wrong with a team at Apple and what to do: one place, whoever shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from provisioning.appstore.wire.clock import NOTABLE
from provisioning.devices.team_report import AppleTeamReport, CertificateThere
from provisioning.wording import day

#: Apple refuses tokens that are older than twenty minutes, or from the future.
WRONG_CLOCK = timedelta(minutes=5)
#: A new certificate takes a new profile for every app, and a new signature for every build.
ENDS_SOON = timedelta(days=60)
#: Devices can be taken off the list in the days around the renewal only.
RENEWS_SOON = timedelta(days=14)
#: Apple gives a team about so many certificates of the kind that Slipway asks for.
MOST_CERTIFICATES = 3
#: With a smaller part of the hour's calls left, work will have to wait.
FEW_CALLS = 0.1
#: More certificates are counted only.
NAMED = 6

UNREADABLE_CODE = "apple_key_unreadable"
ANOTHER_KEY = (
    "make a team key with the role Admin in App Store Connect, and put it in the place of this "
    "one: `/release apple rotate`, or `slipway apple rotate`."
)
CERTIFY = "`/release apple certificate`, or `slipway apple certificate`"
AN_OWN_ONE = f"Let Slipway make one, or bring a p12: {CERTIFY}."
#: What to do once no further certificate is issued; the page and the terminal say it as well.
AT_THE_LIMIT = (
    "Bring the p12 of one of them, or let somebody revoke one that nobody needs any more, at "
    "developer.apple.com under Certificates. Slipway never revokes one. Apps in the App Store and "
    "in TestFlight go on; ad hoc builds that were signed with it may stop opening."
)

#: What to do, by the code of the error that a key met.
TROUBLES: dict[str, str] = {
    "apple_agreements_missing": "Let the Account Holder sign in and accept what is new, at "
    "developer.apple.com/account and in App Store Connect under Business. Slipway goes on by "
    "itself then.",
    "apple_access_denied": "Its role is too small, or it is a person's individual key: "
    f"{ANOTHER_KEY}",
    "apple_key_rejected": f"If it was revoked, {ANOTHER_KEY}",
    UNREADABLE_CODE: "Put the secret key back from the backup, or connect the team again: "
    "`/release apple connect`, or `slipway apple connect`.",
    "apple_rate_limited": "Wait: it counts over an hour. If it happens often, give Slipway a key "
    "of its own.",
    "apple_unreachable": "Check the network of this machine, and "
    "https://developer.apple.com/system-status/.",
}
#: These pass by themselves.
PASSING = frozenset({"apple_rate_limited", "apple_unreachable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleFinding:
    """
    One thing to look after: what was *found*, and what is *to_do*.

    When it *stops*, nothing can be registered or signed for the team until it is mended.
    """

    found: str
    to_do: str
    stops: bool = False


def findings(report: AppleTeamReport, at: datetime) -> tuple[AppleFinding, ...]:
    """Return what there is to look after with a team *at* a moment, the worst first."""
    found = [*_of_the_clock(report), *_of_the_key(report)]
    if not report.complaint:
        found += [*_of_the_certificate(report, at), *_of_the_calls(report)]
    found += _of_the_renewal(report.card.renews_on, at.date())
    return tuple(sorted(found, key=lambda one: not one.stops))


def how_it_does(report: AppleTeamReport) -> str:
    """Return the figures of a team whose key works, in a sentence."""
    rate = report.rate
    figures = [
        _counted(report.devices, "device"),
        f"{_counted(report.certificates, 'certificate')} in force",
        *([f"{rate.remaining} of {rate.limit} calls left this hour"] if rate else []),
    ]
    return f"It works: {', '.join(figures)}; {_time_here(report.skew)}."


def _time_here(skew: timedelta) -> str:
    seconds = round(skew.total_seconds())
    if abs(seconds) < NOTABLE:
        return "the time here is Apple's"
    return f"the time here is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} Apple's"


def _counted(count: int | None, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count or 0} {what}s"


def _of_the_clock(report: AppleTeamReport) -> Iterator[AppleFinding]:
    if abs(report.skew) > WRONG_CLOCK:
        minutes = round(report.skew.total_seconds() / 60)
        yield AppleFinding(
            found=f"This machine's clock is {-minutes:+d} minutes off Apple's.",
            to_do="Let it be set by NTP: Apple refuses what is signed at a wrong time.",
        )


def _of_the_key(report: AppleTeamReport) -> Iterator[AppleFinding]:
    if report.complaint:
        yield AppleFinding(
            found=report.complaint,
            to_do=TROUBLES.get(report.code, "Try again in a few minutes."),
            stops=report.code not in PASSING,
        )


def _of_the_certificate(report: AppleTeamReport, at: datetime) -> Iterator[AppleFinding]:
    best = next((one for one in report.usable if one.expires_at > at), None)
    if best is None:
        yield _without_certificate(report, at)
    elif best.expires_at < at + ENDS_SOON:
        yield AppleFinding(
            found=f"The certificate {best.name} ends on {day(best.expires_at)}.",
            to_do=f"Make the next one now, so that both hold for a while: {CERTIFY}.",
        )


def _without_certificate(report: AppleTeamReport, at: datetime) -> AppleFinding:
    newest = max(report.here, key=lambda one: one.expires_at, default=None)
    there = [one for one in report.there if one.expires_at is None or one.expires_at > at]
    asked_for = [one for one in there if one.type == "DISTRIBUTION"]
    if newest is not None and newest.expires_at <= at:
        found = f"The certificate {newest.name} ended on {day(newest.expires_at)}."
    elif newest is not None:
        found = f"Apple does not list the certificate {newest.name} any more: it was revoked."
    elif there:
        found = f"The key of none of the team's certificates is here: {listed(there)}."
    else:
        found = "The team has no certificate for distribution."
    if len(asked_for) < MOST_CERTIFICATES:
        return AppleFinding(found=found, to_do=AN_OWN_ONE)
    full = "" if newest is None and there else f" The team has {listed(asked_for)}."
    return AppleFinding(
        found=f"{found}{full} Apple issues no more than these.",
        to_do=f"{AT_THE_LIMIT} Then: {CERTIFY}.",
    )


def listed(there: Sequence[CertificateThere]) -> str:
    """Return certificates in words: each with its name and until when it holds."""
    named = [
        f"{one.name} (until {day(one.expires_at)})" if one.expires_at else one.name
        for one in there[:NAMED]
    ]
    more = len(there) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _of_the_calls(report: AppleTeamReport) -> Iterator[AppleFinding]:
    rate = report.rate
    if rate is not None and rate.remaining < rate.limit * FEW_CALLS:
        yield AppleFinding(
            found=f"Only {rate.remaining} of {rate.limit} calls are left this hour.",
            to_do="Work for this team may wait. Give Slipway a key of its own if it happens often.",
        )


def _of_the_renewal(renews_on: date | None, today: date) -> Iterator[AppleFinding]:
    if renews_on is None or renews_on - today > RENEWS_SOON:
        return
    if renews_on < today:
        yield AppleFinding(
            found=f"The membership was to renew on {day(renews_on)}.",
            to_do="Say when it renews next: `/release apple renewal`, or `slipway apple renewal`.",
        )
        return
    yield AppleFinding(
        found=f"The membership renews on {day(renews_on)}.",
        to_do="Once it has, and before anybody new is registered, let an Admin remove the devices "
        "that nobody uses, at developer.apple.com under Devices: it is possible once a year.",
    )
