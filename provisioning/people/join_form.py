"""What somebody fills in who wants to join, checked word by word before anything is kept."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.errors import Unclear
from storage.records.join_request import ADDRESS, NAME

#: The part before the @ has at most so many characters (RFC 5321).
_LOCAL: Final = 64
#: An address as people write one: no quotes, no comments, nothing that acts in a message, and a
#: domain with a dot in it.
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%'*+/=?^_{|}~-]+(?:\.[A-Za-z0-9!#$%'*+/=?^_{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
#: Marks that turn the reading direction, with which a name reads as another one.
_TURNS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinWords:
    """What was filled in; `key` is that of the form, by which sending twice is sending once."""

    name: str
    email: str
    key: str = ""


def checked_name(text: str) -> str:
    """Return a name on one line. Raise Unclear, field `name`, for none and for one too long."""
    spaced = "".join(" " if letter.isspace() else letter for letter in _TURNS.sub("", text))
    name = " ".join("".join(one for one in spaced if unicodedata.category(one)[0] != "C").split())
    if not name:
        raise Unclear("Say what you are called, so that people know who asks.", field="name")
    if len(name) > NAME:
        raise Unclear(f"A name has at most {NAME} characters here.", field="name")
    return name


def checked_email(text: str, domains: Sequence[str]) -> str:
    """
    Return an address in lower case.

    Raise Unclear, field `email`, for what is none, and for one outside *domains* if there are any.
    """
    address = text.strip()
    if not address:
        raise Unclear("Enter your e-mail address.", field="email")
    local = address.partition("@")[0]
    if len(address) > ADDRESS or len(local) > _LOCAL or not _EMAIL.fullmatch(address):
        raise Unclear("This is no e-mail address. One looks like zoe@example.com.", field="email")
    lower = address.lower()
    if domains and lower.rpartition("@")[2] not in domains:
        listed = " or ".join(f"@{one}" for one in domains)
        raise Unclear(f"Use your address that ends in {listed}.", field="email")
    return lower


def checked_domain(text: str) -> str:
    """Return a domain in lower case. Raise Unclear, field `domains`, for what is none."""
    domain = text.strip().lower().removeprefix("@").rstrip(".")
    if len(domain) > ADDRESS or not _DOMAIN.fullmatch(domain):
        raise Unclear(
            f"“{text.strip()[:60]}” is no domain. Say what comes after the @: `example.com`.",
            field="domains",
        )
    return domain
