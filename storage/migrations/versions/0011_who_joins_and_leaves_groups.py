"""Changes of who is in a group, and acts that give what is current to those who came."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("settled", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("changed_by", sa.String(320), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("joiners_get", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.create_index(batch_op.f("ix_group_changed_at"), ["changed_at"], unique=False)
    with op.batch_alter_table("group", schema=None) as batch_op:
        for column in ("turn", "settled", "changed_by", "joiners_get"):
            batch_op.alter_column(column, server_default=None)

    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("joins", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.alter_column("joins", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.drop_column("joins")

    with op.batch_alter_table("group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_changed_at"))
        for column in ("joiners_get", "changed_by", "changed_at", "settled", "turn"):
            batch_op.drop_column(column)
