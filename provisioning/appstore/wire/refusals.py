"""What an answer of Apple's that says no means."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from provisioning.appstore.errors import (
    BY_STATUS,
    AgreementsMissing,
    AppleFault,
    AppleRefused,
)
from provisioning.appstore.wire.documents import NoDocument, read_object

#: Errors name others that caused them; nobody needs more than these.
MOST = 20
#: Old and new UDIDs.
_UDID = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f]{16}|[0-9a-f]{40})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """
    How one refusal is known: Apple's code, or a general one above it, and parts of its detail.

    Most refusals share the code ENTITY_ERROR, and only their words tell them apart. The words are
    compared in small letters; all of them have to be there.
    """

    error: type[AppleRefused]
    code: str
    says: tuple[str, ...] = ()

    def fits(self, fault: AppleFault) -> bool:
        detail = fault.detail.lower()
        return fault.is_a(self.code) and all(part in detail for part in self.says)


AGREEMENTS = Rule(AgreementsMissing, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED")


def refusal(
    status: int, body: bytes, rules: Sequence[Rule], *, hidden: Sequence[str] = (), hint: str = ""
) -> AppleRefused:
    """
    Return the error that an answer means; *hidden* texts do not show in it.

    Raise NoDocument when the answer is none of Apple's: a proxy's "not found" is no proof.
    """
    faults = tuple(_faults(read_object(body), hidden))[:MOST]
    if not faults:
        raise NoDocument
    for rule in (AGREEMENTS, *rules):
        if any(rule.fits(fault) for fault in faults):
            return rule.error.saying(status, faults, hint)
    return BY_STATUS.get(status, AppleRefused).saying(status, faults, hint)


def _faults(found: dict[str, Any], hidden: Sequence[str]) -> Iterator[AppleFault]:
    errors = found.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if not isinstance(error, dict):
            continue
        yield _fault(error, hidden)
        meta = error.get("meta")
        associated = meta.get("associatedErrors") if isinstance(meta, dict) else None
        for more in associated.values() if isinstance(associated, dict) else []:
            for one in more if isinstance(more, list) else []:
                if isinstance(one, dict):
                    yield _fault(one, hidden)


def _fault(error: dict[str, Any], hidden: Sequence[str]) -> AppleFault:
    source = error.get("source")
    place = source if isinstance(source, dict) else {}
    return AppleFault(
        code=_text(error, "code"),
        title=masked(_text(error, "title"), hidden),
        detail=masked(_text(error, "detail"), hidden),
        id=_text(error, "id"),
        pointer=_text(place, "pointer") or _text(place, "parameter"),
    )


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value[:1000] if isinstance(value, str) else ""


def masked(text: str, hidden: Sequence[str]) -> str:
    """Return a text in which UDIDs, and whatever was to be hidden, show their last four only."""
    for secret in filter(None, hidden):
        text = re.sub(re.escape(secret), f"…{secret[-4:]}", text, flags=re.IGNORECASE)
    return _UDID.sub(lambda found: f"…{found[0][-4:]}", text)
