"""What the page of Apple's teams shows: never what was entered as a secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provisioning.connecting.setup import AppleOutcome, AppleSheet, CertificateWay
from provisioning.wording import day
from storage.records.apple_invitation import ApplePurpose

TITLES = {
    ApplePurpose.CONNECT: "Connect a team at Apple",
    ApplePurpose.ROTATE: "Another key for Apple",
    ApplePurpose.CERTIFY: "A certificate to sign with",
}
DONE = {
    ApplePurpose.CONNECT: "Connected",
    ApplePurpose.ROTATE: "The key is changed",
    ApplePurpose.CERTIFY: "The certificate is here",
}
#: What is best done next, by what was done.
NEXT = {
    ApplePurpose.CONNECT: "Delete the files that you downloaded: Slipway keeps its own, encrypted.",
    ApplePurpose.ROTATE: "Now revoke the key before it in App Store Connect, and delete the file.",
    ApplePurpose.CERTIFY: "If you brought a p12, delete the file: Slipway keeps its own.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedWords:
    """What was typed and is no secret: it stays when something is refused."""

    issuer_id: str = ""
    key_id: str = ""
    way: str = CertificateWay.MAKE.value
    name: str = ""
    renews_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplePage:
    """
    All that the template shows.

    `wrong` are sentences by the field that they belong beside, and `complaint` what belongs to
    none. `full` names the certificates that are in the way of a new one, and `facts` what was done.
    """

    title: str = "Apple"
    sheet: AppleSheet | None = None
    typed: TypedWords = field(default_factory=TypedWords)
    wrong: Mapping[str, str] = field(default_factory=dict)
    complaint: str = ""
    full: Sequence[Mapping[str, str]] = ()
    facts: Sequence[tuple[str, str]] = ()
    next: str = ""


def blank(sheet: AppleSheet) -> ApplePage:
    """Return the page with nothing entered."""
    return ApplePage(title=TITLES[sheet.purpose], sheet=sheet)


def over(sentence: str) -> ApplePage:
    """Return the page of a link that is good for nothing any more."""
    return ApplePage(complaint=sentence)


def done(outcome: AppleOutcome) -> ApplePage:
    """Return the page that says what was done: ids and fingerprints."""
    team, identity = outcome.team, outcome.identity
    facts = [("Team", team.called), ("Team id", team.team_id), ("Key", team.key_id)]
    if identity is not None:
        facts += [("Certificate", identity.name), ("Fingerprint", identity.fingerprint or "")]
        facts.append(("Until", day(identity.expires_at) if identity.expires_at else ""))
    if team.renews_on is not None:
        facts.append(("Renews", day(team.renews_on)))
    return ApplePage(
        title=DONE[outcome.purpose],
        facts=[(what, said) for what, said in facts if said],
        next=NEXT[outcome.purpose],
    )
