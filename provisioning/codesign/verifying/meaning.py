"""Meaning: whether identifier, team, entitlements, certificate and profile belong together."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from provisioning.codesign.bundles import Bundle
from provisioning.codesign.structures.certificate import extensions_of
from provisioning.codesign.structures.entitlements import claims_wildcard, grants
from provisioning.codesign.structures.profile import Profile
from provisioning.codesign.structures.requirements import Expression
from provisioning.codesign.verifying.code import SignedSlice
from provisioning.codesign.verifying.trust import name_of, team_of
from provisioning.codesign.verifying.violation import Kind, Violation

Chain: TypeAlias = Sequence[x509.Certificate]

APPLICATION_ID: Final = "application-identifier"
TEAM_ID: Final = "com.apple.developer.team-identifier"
_FIELDS: Final = {
    "subject.CN": NameOID.COMMON_NAME,
    "subject.O": NameOID.ORGANIZATION_NAME,
    "subject.OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "subject.C": NameOID.COUNTRY_NAME,
}


def satisfies(expression: Expression, identifier: str, chain: Chain) -> bool:
    """Tell whether code of this identifier, signed by this trusted chain, meets a requirement."""
    name, *rest = expression
    if name in {"and", "or"}:
        left, right = (
            isinstance(part, tuple) and satisfies(part, identifier, chain) for part in rest
        )
        return (left and right) if name == "and" else (left or right)
    if name == "not":
        return isinstance(rest[0], tuple) and not satisfies(rest[0], identifier, chain)
    if name == "identifier":
        return rest[0] == identifier
    # Whether the chain leads to Apple is the business of the trust check.
    judge = _LEAVES.get(str(name))
    return judge(expression, chain) if judge else name in {"anchor apple generic", "always"}


def _matches_field(expression: Expression, chain: Chain) -> bool:
    _, place, field, match = expression
    certificate = _at(chain, place)
    if certificate is None or field not in _FIELDS or not isinstance(match, tuple):
        return False
    value = name_of(certificate, _FIELDS[str(field)])
    return bool(value) if match[0] == "exists" else value == match[1]


def _has_extension(expression: Expression, chain: Chain) -> bool:
    _, place, oid, _ = expression
    certificate = _at(chain, place)
    if certificate is None:
        return False
    return any(extension.oid.dotted_string == oid for extension in extensions_of(certificate))


def _has_hash(expression: Expression, chain: Chain) -> bool:
    _, place, wanted = expression
    certificate = _at(chain, place)
    if certificate is None:
        return False
    # Apple's language knows this one hash of a certificate; it names, and does not protect.
    return certificate.fingerprint(hashes.SHA1()) == wanted  # noqa: S303  see above


def _at(chain: Chain, place: object) -> x509.Certificate | None:
    """Return a certificate by its place: 0 is the leaf, -1 the root."""
    if not isinstance(place, int) or not -1 <= place < len(chain):
        return None
    return chain[place]


_LEAVES: Final = {
    "certificate field": _matches_field,
    "certificate extension": _has_extension,
    "certificate hash": _has_hash,
}


def check_identity(bundle: Bundle, signed: SignedSlice, chain: Chain) -> Iterator[Violation]:
    """Yield where identifier, requirement and team do not belong together."""
    primary = signed.primary
    if primary.identifier != bundle.identifier:
        yield _violation(Kind.IDENTITY, bundle, "the signature names another bundle identifier.")
    if signed.requirement is None:
        yield _violation(Kind.REQUIREMENT, bundle, "there is no designated requirement.")
    elif not satisfies(signed.requirement, bundle.identifier, chain):
        yield _violation(
            Kind.REQUIREMENT, bundle, "the signature does not meet its own requirement."
        )
    if not primary.team or primary.team != team_of(chain[0]):
        yield _violation(
            Kind.IDENTITY, bundle, "the signature names another team than its certificate."
        )


def check_profile(
    bundle: Bundle, signed: SignedSlice, chain: Chain, profile: Profile, now: datetime
) -> Iterator[Violation]:
    """Yield where a bundle's signature and its profile do not belong together."""
    if chain and chain[0].public_bytes(Encoding.DER) not in profile.certificates:
        yield _violation(Kind.PROFILE, bundle, "the profile does not list the signing certificate.")
    if signed.primary.team not in profile.team_ids:
        yield _violation(Kind.PROFILE, bundle, "the profile belongs to another team.")
    if not profile.fits(bundle.identifier):
        yield _violation(Kind.PROFILE, bundle, "the profile is for another bundle identifier.")
    if profile.platforms and bundle.platforms.isdisjoint(profile.platforms):
        yield _violation(Kind.PROFILE, bundle, "the profile is for another system than the app.")
    if now > profile.expires_at:
        yield _violation(
            Kind.PROFILE, bundle, f"the profile expired on {profile.expires_at:%Y-%m-%d}."
        )
    yield from _check_entitlements(bundle, signed, profile)


def _check_entitlements(
    bundle: Bundle, signed: SignedSlice, profile: Profile
) -> Iterator[Violation]:
    held = signed.entitlements
    if held is None:
        yield _violation(Kind.ENTITLEMENT, bundle, "there are no entitlements.")
        return
    if signed.entitlements_der is None:
        yield _violation(
            Kind.ENTITLEMENT, bundle, "there are no DER entitlements; iOS 15 wants them."
        )
    elif signed.entitlements_der != held:
        yield _violation(Kind.ENTITLEMENT, bundle, "the XML and the DER entitlements differ.")
    for key, value in held.items():
        if key not in profile.entitlements:
            if value is not False:
                yield _violation(Kind.ENTITLEMENT, bundle, f"the profile does not allow {key}.")
        elif not grants(profile.entitlements[key], value):
            yield _violation(
                Kind.ENTITLEMENT, bundle, f"the profile does not allow this value of {key}."
            )
        if claims_wildcard(key, value):
            yield _violation(Kind.ENTITLEMENT, bundle, f"{key} claims a wildcard.")
    yield from _check_application_id(bundle, held, profile)


def _check_application_id(
    bundle: Bundle, held: dict[str, Any], profile: Profile
) -> Iterator[Violation]:
    allowed = {f"{prefix}.{bundle.identifier}" for prefix in profile.prefixes}
    if APPLICATION_ID not in held:
        yield _violation(Kind.ENTITLEMENT, bundle, "there is no application identifier.")
    elif held[APPLICATION_ID] not in allowed:
        yield _violation(
            Kind.ENTITLEMENT, bundle, "the application identifier is not this bundle's."
        )
    if held.get(TEAM_ID, profile.team_ids[0] if profile.team_ids else "") not in profile.team_ids:
        yield _violation(Kind.ENTITLEMENT, bundle, "the team identifier is another team's.")


def _violation(kind: Kind, bundle: Bundle, sentence: str) -> Violation:
    return Violation(kind=kind, where=bundle.path, sentence=sentence)
