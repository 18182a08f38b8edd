"""Orders that wait for another platform."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

#: As `storage.records.base` had them at the time.
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
ORDERED = sa.String(255).with_variant(sa.String(255, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pending_order",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("version", sa.String(255), nullable=False),
        sa.Column("sought", ORDERED, nullable=False),
        sa.Column("app_ids", JSON, nullable=False),
        sa.Column("platforms", JSON, nullable=False),
        sa.Column("requested_by", sa.String(320), nullable=False),
        sa.Column("wish", JSON, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.String(320), nullable=True),
        sa.Column("distribution_id", sa.String(32), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_pending_order_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_pending_order_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_order")),
        sa.UniqueConstraint("key", name=op.f("uq_pending_order_key")),
    )
    with op.batch_alter_table("pending_order", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pending_order_changed_at"), ["changed_at"], unique=False
        )
        batch_op.create_index(
            "ix_pending_order_listed", ["organization_id", "state", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_pending_order_release_id_pending_order_state"),
            ["release_id", "state"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("pending_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_order_release_id_pending_order_state"))
        batch_op.drop_index("ix_pending_order_listed")
        batch_op.drop_index(batch_op.f("ix_pending_order_changed_at"))

    op.drop_table("pending_order")
