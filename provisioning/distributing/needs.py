"""Needs: whose yes a group takes before a release is sent to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from storage.catalog import approvals, groups
from storage.catalog.database import Session
from storage.records.approval import ApprovalPolicy, ApproverKind
from storage.records.group import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNeed:
    """
    What a group takes: a yes of `needed` people, who are not the one who asks.

    `approvers` are a role, the id of a user group of Slack (called `handle`), or references of
    people. A request lives for so many `hours`.
    """

    group_id: str
    name: str
    kind: ApproverKind
    approvers: tuple[str, ...]
    handle: str = ""
    needed: int = 1
    hours: int = 72


async def needs_of(session: Session, group_ids: Collection[str]) -> list[ApprovalNeed]:
    """Return what those of the groups take that take an approval, in the order of *group_ids*."""
    found = {one.group_id: one for one in await approvals.policies(session, group_ids)}
    if not found:
        return []
    known = await groups.those(session, found)
    return [need_of(found[one], known) for one in dict.fromkeys(group_ids) if one in found]


def need_of(policy: ApprovalPolicy, known: Mapping[str, Group]) -> ApprovalNeed:
    """Return a policy with the name of its group."""
    group = known.get(policy.group_id)
    return ApprovalNeed(
        group_id=policy.group_id,
        name=group.name if group else "a deleted group",
        kind=policy.kind,
        approvers=tuple(policy.approvers),
        handle=policy.handle,
        needed=policy.needed,
        hours=policy.hours,
    )


def is_met(
    needs: Sequence[ApprovalNeed], said_yes: Collection[str], may: Mapping[str, Collection[str]]
) -> bool:
    """
    Return whether enough people said yes for every group.

    *may* has the groups for which each person may say it, by their reference.
    """
    return all(
        sum(need.group_id in may.get(one, ()) for one in set(said_yes)) >= need.needed
        for need in needs
    )
