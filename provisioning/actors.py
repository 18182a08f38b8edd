"""Who acts: a person, a token, the clock, a hook, the command line; and what can be done at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class ActorKind(StrEnum):
    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - the word, no secret
    HOOK = "hook"
    CLOCK = "clock"
    COMMAND_LINE = "command line"


class IdentityKind(StrEnum):
    """By what a person is known."""

    SLACK = "slack"
    EMAIL = "email"


class Act(StrEnum):
    """Something an actor may be allowed to do; the value completes "You may not ... here"."""

    SEE = "see releases"
    UPLOAD = "bring builds in"
    CREATE_APP = "create apps"
    DISTRIBUTE = "distribute releases"
    DISMISS = "dismiss drafts"
    RECALL = "recall releases"
    EDIT = "change the notes and tags of releases"
    DISABLE = "disable or enable releases"
    REQUIRE = "make releases mandatory"
    SEE_GROUPS = "see groups"
    SEE_TESTERS = "see testers"
    REVOKE_LINKS = "take other people's links back"
    SEE_HISTORY = "see who did what"
    SEE_HOLDERS = "see who has a release"
    NUDGE = "remind people of releases"
    SEE_ROLES = "see who holds which role"
    MANAGE_GROUPS = "change groups"
    MANAGE_ROLES = "give roles"
    SEE_APPROVALS = "see what waits for approval"
    MANAGE_APPROVALS = "say which groups need an approval"
    OVERRIDE_APPROVALS = "send a release without the approval it needs"
    APPROVE_SIGNERS = "approve another signer of an app"
    SIGN = "use signing identities"
    MANAGE_APPLE = "connect teams at Apple"
    SEE_DEVICES = "see everybody's devices"
    MANAGE_DEVICES = "change other people's devices"
    APPROVE_DEVICES = "approve devices"
    APPROVE_LAST_DEVICES = "approve devices beyond the limits"
    SEE_UDIDS = "see other people's UDIDs"
    EXAMINE = "examine this installation"


@dataclass(frozen=True, slots=True)
class Identity:
    """One way in which a person is known; `slack:U012ABC` or `email:ann@example.com`."""

    kind: IdentityKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.value}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the identity that *text* spells, None when it spells none."""
        kind, _, value = text.partition(":")
        if kind not in set(IdentityKind) or not value:
            return None
        return cls(IdentityKind(kind), value)


def slack(user_id: str) -> Identity:
    return Identity(IdentityKind.SLACK, user_id)


def email(address: str) -> Identity:
    return Identity(IdentityKind.EMAIL, address.strip().lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """
    Who does something, and by which door they came.

    `id` is a person's identity as text, or the id of a token or a hook; the clock and the command
    line have none. `origin` is the door's name, for the audit. With `scopes` an actor may do only
    what is among them, whatever else they may.
    """

    kind: ActorKind
    id: str = ""
    origin: str = ""
    scopes: frozenset[Act] | None = None

    @property
    def reference(self) -> str:
        """Return what records keep of an actor: `person:slack:U012ABC`, `token:<id>`, `clock`."""
        return f"{self.kind.value}:{self.id}" if self.id else self.kind.value

    @property
    def identity(self) -> Identity | None:
        """Return by what a person is known, None for anybody else."""
        return Identity.read(self.id) if self.kind is ActorKind.PERSON else None


def person(identity: Identity, *, origin: str) -> Actor:
    return Actor(kind=ActorKind.PERSON, id=str(identity), origin=origin)


def token(token_id: str, *, origin: str, scopes: Iterable[Act]) -> Actor:
    return Actor(kind=ActorKind.TOKEN, id=token_id, origin=origin, scopes=frozenset(scopes))


#: What happens because it is time.
CLOCK = Actor(kind=ActorKind.CLOCK, origin="clock")

#: Whoever runs commands on the machine itself, and so has everything anyway.
COMMAND_LINE = Actor(kind=ActorKind.COMMAND_LINE, origin="command line")


def referred(reference: str, *, origin: str = "") -> Actor:
    """Return the actor of a reference that a record keeps; it holds no scopes any more."""
    kind, _, id_ = reference.partition(":")
    return Actor(kind=ActorKind(kind), id=id_, origin=origin)
