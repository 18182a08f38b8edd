"""Join links, and who asks by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "joinlink",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("room", sa.Integer(), nullable=False),
        sa.Column("domains", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("made_by", sa.String(320), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_joinlink_app_id_app")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_joinlink_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joinlink")),
        sa.UniqueConstraint("key", name=op.f("uq_joinlink_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_joinlink_token_hash")),
    )
    with op.batch_alter_table("joinlink", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joinlink_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_joinlink_organization_id_joinlink_created_at"),
            ["organization_id", "created_at"],
            unique=False,
        )

    op.create_table(
        "joinrequest",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("link_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(22), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=True),
        sa.Column("decided_by", sa.String(320), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["joinlink.id"], name=op.f("fk_joinrequest_link_id_joinlink")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_joinrequest_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joinrequest")),
        sa.UniqueConstraint("link_id", "key", name=op.f("uq_joinrequest_link_id_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_joinrequest_token_hash")),
    )
    with op.batch_alter_table("joinrequest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joinrequest_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_joinrequest_email"), ["email"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_joinrequest_link_id_joinrequest_created_at"),
            ["link_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_joinrequest_state_joinrequest_changed_at"),
            ["state", "changed_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_joinrequest_tester_id"), ["tester_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("joinrequest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joinrequest_tester_id"))
        batch_op.drop_index(batch_op.f("ix_joinrequest_state_joinrequest_changed_at"))
        batch_op.drop_index(batch_op.f("ix_joinrequest_link_id_joinrequest_created_at"))
        batch_op.drop_index(batch_op.f("ix_joinrequest_email"))
        batch_op.drop_index(batch_op.f("ix_joinrequest_changed_at"))

    op.drop_table("joinrequest")
    with op.batch_alter_table("joinlink", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joinlink_organization_id_joinlink_created_at"))
        batch_op.drop_index(batch_op.f("ix_joinlink_group_id"))

    op.drop_table("joinlink")
