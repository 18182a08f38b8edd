"""Approvals of releases for groups, and the signers of apps."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: As `storage.records.base` had it at the time.
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
#: The longest list of certificates that was spelled out.
SPELLED = 10
#: No device installs these as they are, so that it does not matter who signed them.
NOT_FOR_DEVICES = frozenset({"aab", "xcarchive"})


def upgrade() -> None:
    op.create_table(
        "approval_policy",
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("approvers", JSON, nullable=False),
        sa.Column("handle", sa.String(255), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(320), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_approval_policy_group_id_group")
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_approval_policy")),
    )
    op.create_table(
        "approval_request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("requested_by", sa.String(320), nullable=False),
        sa.Column("wish", JSON, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(320), nullable=True),
        sa.Column("distribution_id", sa.String(32), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_approval_request_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_approval_request_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_request")),
        sa.UniqueConstraint("key", name=op.f("uq_approval_request_key")),
    )
    with op.batch_alter_table("approval_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approval_request_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_approval_request_listed"),
            ["organization_id", "state", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_approval_request_release_id_approval_request_state"),
            ["release_id", "state"],
            unique=False,
        )
    op.create_table(
        "approval_decision",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("by", sa.String(320), nullable=False),
        sa.Column("approves", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approval_request.id"],
            name=op.f("fk_approval_decision_request_id_approval_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_decision")),
        sa.UniqueConstraint("request_id", "by", name=op.f("uq_approval_decision_request_id_by")),
    )
    signers = op.create_table(
        "app_signer",
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("signer", sa.String(700), nullable=False),
        sa.Column("standing", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=True),
        sa.Column("accepted_by", sa.String(320), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_app_signer_app_id_app")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_app_signer_release_id_release")
        ),
        sa.PrimaryKeyConstraint("app_id", "signer", name=op.f("pk_app_signer")),
    )
    found = list(_signers_so_far(op.get_bind()))
    if found:
        op.bulk_insert(signers, found)


def _signers_so_far(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """
    Give the signers of what went out so far: of each app, that of the newest release is pinned.

    What else is live was sent by somebody who read the warning, and stays installable.
    """
    release = sa.table(
        "release",
        *map(sa.column, ("id", "app_id", "build_id", "number", "state", "published_by")),
        sa.column("published_at", sa.DateTime(timezone=True)),
    )
    build = sa.table("build", sa.column("id"), sa.column("link"), sa.column("facts", JSON))
    live = connection.execute(
        sa.select(
            *(release.c[name] for name in ("id", "app_id", "published_by", "published_at")),
            build.c.facts,
        )
        .join(build, build.c.id == release.c.build_id)
        .where(
            release.c.state == "live",
            release.c.published_at.is_not(None),
            build.c.link.is_(None),
        )
        .order_by(release.c.app_id, release.c.number.desc())
    )
    known: set[tuple[str, str]] = set()
    pinned: set[str] = set()
    for row in live:
        if row.facts.get("kind") in NOT_FOR_DEVICES:
            continue
        signer = _signer(row.facts)
        if (row.app_id, signer) in known:
            continue
        known.add((row.app_id, signer))
        standing = "allowed" if not signer else "former" if row.app_id in pinned else "pinned"
        pinned |= {row.app_id} if signer else set()
        yield {
            "app_id": row.app_id,
            "signer": signer,
            "standing": standing,
            "release_id": row.id,
            "accepted_by": row.published_by or "clock",
            "accepted_at": row.published_at,
        }


def _signer(facts: dict[str, Any]) -> str:
    """Return who signed a build, as it was spelled then."""
    signing = facts.get("signing") or {}
    if facts.get("platform") in {"ios", "macos"} and signing.get("team_id"):
        return f"team:{signing['team_id']}"[:700]
    prints: Sequence[str] = sorted(signing.get("certificates") or ())
    if facts.get("platform") == "ios" or not prints:
        return ""
    return f"key:{','.join(prints[:SPELLED])}"


def downgrade() -> None:
    op.drop_table("app_signer")
    op.drop_table("approval_decision")
    with op.batch_alter_table("approval_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_request_release_id_approval_request_state"))
        batch_op.drop_index(batch_op.f("ix_approval_request_listed"))
        batch_op.drop_index(batch_op.f("ix_approval_request_changed_at"))
    op.drop_table("approval_request")
    op.drop_table("approval_policy")
