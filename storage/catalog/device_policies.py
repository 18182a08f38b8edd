"""Questions about what is decided beforehand about devices."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from storage.catalog.database import Session, insert_missing
from storage.records.device_policy import ApprovalSubject, AutoApproval, DevicePolicy


async def of(session: Session, organization_id: str) -> DevicePolicy:
    """Return the policy of an organization, the usual one where nobody changed it."""
    found = await session.get(DevicePolicy, organization_id)
    return found if found is not None else DevicePolicy(organization_id=organization_id)


async def keep(session: Session, policy: DevicePolicy) -> DevicePolicy:
    """Keep a policy, which `of` returned."""
    return await session.merge(policy)


async def rules(session: Session, organization_id: str) -> Sequence[AutoApproval]:
    """Return the rules of an organization, the oldest first."""
    found = await session.exec(
        select(AutoApproval)
        .where(AutoApproval.organization_id == organization_id)
        .order_by(col(AutoApproval.created_at), col(AutoApproval.id))
    )
    return found.all()


async def add_rule(session: Session, rule: AutoApproval) -> bool:
    """Keep a rule; return False when there is one about the same people."""
    unique = ["organization_id", "subject", "target_id"]
    return await insert_missing(session, AutoApproval, [rule.model_dump()], unique) == 1


async def drop_rule(
    session: Session, organization_id: str, subject: ApprovalSubject, target_id: str
) -> bool:
    """Forget a rule; return False when there was none."""
    done = await session.exec(
        sa.delete(AutoApproval).where(
            col(AutoApproval.organization_id) == organization_id,
            col(AutoApproval.subject) == subject,
            col(AutoApproval.target_id) == target_id,
        )
    )
    return bool(done.rowcount)
