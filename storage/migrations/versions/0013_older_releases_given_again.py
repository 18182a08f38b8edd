"""Acts that bring an older release back, and notes for one destination alone."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notes", sa.Text(), nullable=True))

    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.add_column(sa.Column("because", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.alter_column("because", server_default=None)

    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("returns", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("replaces", sa.String(32), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_target_replaces_release"), "release", ["replaces"], ["id"]
        )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.alter_column("returns", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_target_replaces_release"), type_="foreignkey")
        batch_op.drop_column("replaces")
        batch_op.drop_column("returns")

    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.drop_column("because")

    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.drop_column("notes")
