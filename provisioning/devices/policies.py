"""Policies: what is decided beforehand about devices, by admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from provisioning.actors import Act, Actor
from provisioning.devices.families import PLACES
from provisioning.errors import Unclear
from provisioning.people.permissions import Permissions
from storage.catalog import audit, device_policies, groups, testers
from storage.catalog.database import Database, Session
from storage.records.audit import AuditEntry
from storage.records.base import now
from storage.records.device_policy import ApprovalSubject, AutoApproval, DevicePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """Whose devices need no approval: a group or a person by name, or everybody."""

    subject: ApprovalSubject
    name: str = ""
    slack_id: str | None = None


class Policies:
    """Limits, rules, and where approvals are asked for."""

    def __init__(
        self, database: Database, permissions: Permissions, *, organization_id: str
    ) -> None:
        self._database = database
        self._permissions = permissions
        self._organization_id = organization_id

    async def of_organization(self) -> DevicePolicy:
        """Return what is decided beforehand: limits, and where approvals are asked for."""
        async with self._database.reading() as session:
            return await device_policies.of(session, self._organization_id)

    async def change(
        self,
        by: Actor,
        *,
        per_person: int | None = None,
        reserve: int | None = None,
        channel_id: str | None = None,
    ) -> DevicePolicy:
        """
        Change limits, or the channel (empty: none) that is asked; what is None stays.

        Raise NotAllowed; Unclear with the field `per_person` or `reserve`.
        """
        await self._permissions.require(by, Act.APPROVE_LAST_DEVICES)
        for name, value in (("per_person", per_person), ("reserve", reserve)):
            if value is not None and not 0 <= value <= PLACES:
                raise Unclear(f"This takes a number from 0 to {PLACES}.", field=name)
        async with self._database.writing() as session:
            policy = await device_policies.of(session, self._organization_id)
            policy.per_person = policy.per_person if per_person is None else per_person
            policy.reserve = policy.reserve if reserve is None else reserve
            if channel_id is not None:
                policy.channel_id = channel_id or None
            policy.changed_by, policy.changed_at = by.reference, now()
            kept = await device_policies.keep(session, policy)
            self._audit(
                session,
                "devices.policy",
                by,
                per_person=kept.per_person,
                reserve=kept.reserve,
                channel=kept.channel_id,
            )
        return kept

    async def rules(self) -> Sequence[AutoApproval]:
        """Return whose devices need no approval, the oldest rule first."""
        async with self._database.reading() as session:
            return await device_policies.rules(session, self._organization_id)

    async def described(self) -> list[RuleLine]:
        """Return the rules as people read them, without those about what is gone."""
        async with self._database.reading() as session:
            rules = await device_policies.rules(session, self._organization_id)
            named = {one.id: one for one in await groups.every(session, self._organization_id)}
            people = await testers.those(session, {rule.target_id for rule in rules})
        known = {one.id: one for one in people}
        found = []
        for rule in rules:
            if rule.subject is ApprovalSubject.EVERYBODY:
                found.append(RuleLine(subject=rule.subject))
            elif rule.target_id in named:
                found.append(RuleLine(subject=rule.subject, name=named[rule.target_id].name))
            elif rule.target_id in known:
                tester = known[rule.target_id]
                found.append(
                    RuleLine(subject=rule.subject, name=tester.name, slack_id=tester.slack_id)
                )
        return found

    async def add_rule(self, subject: ApprovalSubject, target_id: str, by: Actor) -> bool:
        """
        Let devices of a group, a tester or everybody need no approval; False when they do not yet.

        *target_id* is a group's or a tester's id, empty for everybody. Raise NotAllowed.
        """
        await self._permissions.require(by, Act.APPROVE_LAST_DEVICES)
        rule = AutoApproval(
            organization_id=self._organization_id,
            subject=subject,
            target_id=target_id,
            created_by=by.reference,
        )
        async with self._database.writing() as session:
            new = await device_policies.add_rule(session, rule)
            if new:
                about = {"subject": subject.value, "target": target_id}
                self._audit(session, "devices.rule_added", by, **about)
        return new

    async def drop_rule(self, subject: ApprovalSubject, target_id: str, by: Actor) -> bool:
        """Take a rule back; False when there was none. Raise NotAllowed."""
        await self._permissions.require(by, Act.APPROVE_LAST_DEVICES)
        async with self._database.writing() as session:
            own = self._organization_id
            gone = await device_policies.drop_rule(session, own, subject, target_id)
            if gone:
                about = {"subject": subject.value, "target": target_id}
                self._audit(session, "devices.rule_dropped", by, **about)
        return gone

    def _audit(
        self,
        session: Session,
        action: str,
        by: Actor,
        **detail: Any,  # noqa: ANN401 - what the audit keeps, as JSON knows it
    ) -> None:
        entry = AuditEntry(
            organization_id=self._organization_id,
            actor=by.reference,
            origin=by.origin,
            action=action,
            subject_id=self._organization_id,
            detail=detail,
        )
        audit.add(session, entry)
