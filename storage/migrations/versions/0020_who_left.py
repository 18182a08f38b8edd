"""Who left and what was taken from them, and who was in a group at its last distribution."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "departure_notice",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_departure_notice_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure_notice")),
    )
    with op.batch_alter_table("departure_notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_departure_notice_changed_at"), ["changed_at"], unique=False
        )

    op.create_table(
        "departure",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("slack_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("by", sa.String(320), nullable=False),
        sa.Column("taken", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored_by", sa.String(320), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_id", sa.String(32), nullable=True),
        sa.Column("back_notice_id", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["back_notice_id"],
            ["departure_notice.id"],
            name=op.f("fk_departure_back_notice_id_departure_notice"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["departure_notice.id"],
            name=op.f("fk_departure_notice_id_departure_notice"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_departure_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_departure_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sa.UniqueConstraint(
            "organization_id",
            "slack_id",
            "turn",
            name=op.f("uq_departure_organization_id_slack_id_turn"),
        ),
    )
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_departure_back_notice_id"), ["back_notice_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_departure_notice_id"), ["notice_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_departure_organization_id_departure_due_at"),
            ["organization_id", "due_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_departure_state_departure_noticed_at"),
            ["state", "noticed_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_departure_tester_id"), ["tester_id"], unique=False)

    op.create_table(
        "group_roll",
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("tester_ids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_group_roll_group_id_group")
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_group_roll")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_left_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("groupchannel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("renamed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guest_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("guest_since")

    with op.batch_alter_table("groupchannel", schema=None) as batch_op:
        batch_op.drop_column("renamed_at")

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_column("owner_left_at")

    op.drop_table("group_roll")
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_departure_tester_id"))
        batch_op.drop_index(batch_op.f("ix_departure_state_departure_noticed_at"))
        batch_op.drop_index(batch_op.f("ix_departure_organization_id_departure_due_at"))
        batch_op.drop_index(batch_op.f("ix_departure_notice_id"))
        batch_op.drop_index(batch_op.f("ix_departure_back_notice_id"))

    op.drop_table("departure")
    with op.batch_alter_table("departure_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_departure_notice_changed_at"))

    op.drop_table("departure_notice")
