"""Phones that are waited for, and new builds that were asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rebuild",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("open_key", sa.String(32), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("device_ids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("device_key", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_rebuild_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_rebuild_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebuild")),
        sa.UniqueConstraint("open_key", name=op.f("uq_rebuild_open_key")),
    )
    with op.batch_alter_table("rebuild", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rebuild_release_id_rebuild_created_at"),
            ["release_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_rebuild_state_rebuild_created_at"), ["state", "created_at"], unique=False
        )

    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("waits", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    # To wait is the default of an order; acts that have ended are not touched by it.
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.alter_column("waits", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.drop_column("waits")

    with op.batch_alter_table("rebuild", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rebuild_state_rebuild_created_at"))
        batch_op.drop_index(batch_op.f("ix_rebuild_release_id_rebuild_created_at"))

    op.drop_table("rebuild")
