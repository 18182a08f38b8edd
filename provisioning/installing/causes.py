"""Why a build probably does not install on a phone, from what is known and what somebody saw."""

from dataclasses import dataclass
from datetime import datetime

from provisioning.installing.installability import Phone, dotted, judge
from provisioning.installing.sights import (
    DEVELOPER_MODE,
    INTEGRITY,
    UNABLE,
    UNTRUSTED,
    Sight,
)
from provisioning.installing.verdict import InstallVerdict, VerdictCode
from storage.inspection.facts import Facts

_ADD = "Write “add my phone” to Slipway in Slack: it tells you how, and signs the app for it."
_NOT_ENTERPRISE = (
    "This build is not signed by an enterprise team: what asks for trust is an older copy."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    What is probably behind it, and what to do next.

    `is_known`: the records say so, whatever somebody saw; else it is what is most often behind it.
    """

    cause: str
    advice: str
    is_known: bool = False


def explanation(
    seen: Sight, facts: Facts, verdict: InstallVerdict, phone: Phone | None, *, at: datetime
) -> Explanation:
    """Return why a build does not install: what is known of the phone and the build comes first."""
    if not verdict.can:
        advice = verdict.next or "Ask whoever sent you the link for another build."
        return Explanation(cause=verdict.sentence, advice=advice, is_known=True)
    obstacles = judge(facts, phone, at=at).obstacles
    if obstacles:
        advice = "Open your link on a device that it runs on, or ask for another build."
        return Explanation(cause=" ".join(obstacles), advice=advice, is_known=True)
    kind = facts.signing.kind or ""
    unknown = verdict.code is VerdictCode.UNKNOWN and facts.names_devices
    if unknown and seen.code in {UNABLE.code, INTEGRITY.code}:
        count = len(facts.signing.devices)
        those = "one device that is" if count == 1 else f"{count} devices that are"
        cause = f"It installs only on the {those} registered for it, and this may be another one."
        return Explanation(cause=cause, advice=_ADD)
    if seen.code == INTEGRITY.code and kind == "development":
        return Explanation(cause=DEVELOPER_MODE.cause, advice=DEVELOPER_MODE.advice)
    if seen.code == UNTRUSTED.code and kind not in {"", "enterprise"}:
        return Explanation(
            cause=_NOT_ENTERPRISE, advice="Delete the app, and install it again from your link."
        )
    return Explanation(cause=seen.cause, advice=seen.advice)


def called(phone: Phone | None) -> str:
    """Return what a browser told of its device, in words: `iPhone, iOS 17.4`; empty for nothing."""
    if phone is None:
        return ""
    device = {"iphone": "iPhone", "ipad": "iPad"}.get(phone.family or "", "Android phone")
    if phone.maker == "ios" and phone.family is None:
        device = "iPhone or iPad"
    system = "iOS" if phone.maker == "ios" else "Android"
    return f"{device}, {system} {dotted(phone.version)}" if phone.version else device
