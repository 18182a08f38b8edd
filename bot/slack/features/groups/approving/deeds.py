"""Answers `groups approval`: whose approval a group needs before something is sent to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.slack.features.groups.approving import messages
from bot.slack.kit.grammar import Mention, MentionKind, Token, mentions, unresolved, words
from bot.slack.kit.verbs import Asked, closest, example
from provisioning.actors import Act, person, slack
from provisioning.distributing.approval_policies import USUAL_HOURS, ApprovalPolicies, PolicyWish
from provisioning.distributing.needs import ApprovalNeed
from provisioning.errors import Unclear
from provisioning.people.groups import Groups
from provisioning.people.permissions import Permissions
from storage.records.approval import ApproverKind
from storage.records.role import Role

OFF: Final = frozenset({"off", "none", "nobody"})
#: What people type for a role.
ROLES: Final = {
    **dict.fromkeys(("managers", "manager"), Role.MANAGER),
    **dict.fromkeys(("admins", "admin"), Role.ADMIN),
}
FILLERS: Final = frozenset({"of", "and", "or", "release", "the", "any", "a", "an", "one"})
_SPAN: Final = re.compile(r"(?P<count>[0-9]{1,4})\s*(?P<unit>d|days?|h|hours?)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]{1,3}")
_DAY: Final = 24
HOW: Final = f"{example('groups approval QA by managers 2 within 3d')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPolicy:
    """What stood behind the way: a group, and what it is to need; None to look, `off` to lift."""

    group: str = ""
    policy: PolicyWish | None = None
    off: bool = False


def read(rest: Sequence[Token]) -> TypedPolicy:
    """
    Read `GROUP [by ROLE|@usergroup|@ann @bob [N] [within 3d] | off]`.

    Raise Unclear for what is none of that, and for names that Slack does not know.
    """
    stranger = unresolved(rest)
    if stranger is not None:
        raise Unclear(
            f"Slack does not know `{stranger[:60]}`. Choose the name from the list that Slack "
            "offers while you type."
        )
    spoken = words(rest)
    at = next((i for i, word in enumerate(spoken) if word.lower() == "by"), None)
    named = [token for token in rest if isinstance(token, Mention)]
    if at is None and not named:
        if len(spoken) > 1 and spoken[-1].lower() in OFF:
            return TypedPolicy(group=" ".join(spoken[:-1]), off=True)
        return TypedPolicy(group=" ".join(spoken))
    if at is None:
        first = next(i for i, token in enumerate(rest) if isinstance(token, Mention))
        at = len(words(rest[:first]))
        return TypedPolicy(group=" ".join(spoken[:at]), policy=_policy(spoken[at:], named))
    return TypedPolicy(group=" ".join(spoken[:at]), policy=_policy(spoken[at + 1 :], named))


def _policy(spoken: Sequence[str], named: Sequence[Mention]) -> PolicyWish:
    before, hours = _within(spoken)
    left = [word.lower() for word in before if word.lower() not in FILLERS]
    numbers = [word for word in left if _NUMBER.fullmatch(word)]
    roles = [ROLES[word] for word in left if word in ROLES]
    rest = [word for word in left if word not in ROLES and word not in numbers]
    if rest:
        meant = closest(rest[0], ROLES)
        hint = f"Did you mean `{meant}`? " if meant else ""
        raise Unclear(f"“{rest[0][:40]}” is nobody who could approve. {hint}{HOW}")
    needed = int(numbers[0]) if numbers else 1
    people = mentions(named, MentionKind.PERSON)
    usergroups = mentions(named, MentionKind.USERGROUP)
    if sum(map(bool, (roles, people, usergroups))) != 1 or len(usergroups) > 1:
        raise Unclear(f"Say who approves: a role, one user group, or people by name. {HOW}")
    if roles:
        return _wish(ApproverKind.ROLE, (roles[0].value,), needed, hours)
    if people:
        ids = tuple(dict.fromkeys(_reference(one.id) for one in people))
        return _wish(ApproverKind.PEOPLE, ids, needed, hours)
    return PolicyWish(
        kind=ApproverKind.USERGROUP,
        approvers=(usergroups[0].id,),
        handle=usergroups[0].name,
        needed=needed,
        hours=hours,
    )


def _wish(kind: ApproverKind, approvers: tuple[str, ...], needed: int, hours: int) -> PolicyWish:
    return PolicyWish(kind=kind, approvers=approvers, needed=needed, hours=hours)


def _reference(user_id: str) -> str:
    return person(slack(user_id), origin="").reference


def _within(spoken: Sequence[str]) -> tuple[Sequence[str], int]:
    """Return the words before `within`, and the hours behind it."""
    at = next((i for i, word in enumerate(spoken) if word.lower() == "within"), None)
    if at is None:
        return spoken, USUAL_HOURS
    found = _SPAN.fullmatch(" ".join(spoken[at + 1 :]).strip())
    if found is None:
        raise Unclear(f"Say how long a request lives, in days or hours: {HOW}")
    days = found["unit"].lower().startswith("d")
    return spoken[:at], int(found["count"]) * (_DAY if days else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupApproving:
    """Shows and changes whose approval groups need."""

    groups: Groups
    policies: ApprovalPolicies
    permissions: Permissions

    async def need(self, group_id: str) -> ApprovalNeed | None:
        """Return what a group needs, None when nothing."""
        return await self.policies.of_group(group_id)

    async def answer(self, asked: Asked) -> tuple[str, str]:
        """
        Carry out what was typed; return the group's id, empty when none was named, and what to say.

        Raise NotAllowed, NotFound for a group, Unclear, DirectoryFailed.
        """
        await self.permissions.require(asked.by, Act.SEE_GROUPS)
        typed = read(asked.rest[1:])
        if typed.policy is not None or typed.off:
            # Whoever may not change it is not told first what they typed wrong.
            await self.permissions.require(asked.by, Act.MANAGE_APPROVALS)
        if not typed.group:
            if typed.policy is not None:
                raise Unclear(f"Say for which group: {HOW}")
            return "", ""
        group = await self.groups.named(typed.group)
        if typed.off:
            was = await self.policies.lift(group.id, asked.by)
            return group.id, messages.lifted(is_new=was or asked.again)
        if typed.policy is None:
            return group.id, messages.how(group, await self.need(group.id))
        is_new = await self.policies.require(group.id, typed.policy, asked.by)
        need = await self.need(group.id)
        said = messages.changed(need, is_new=is_new or asked.again) if need else ""
        return group.id, said
