"""What nobody can sign again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whether it could be signed in another way was not written down: it is found out anew.
    op.execute("DELETE FROM preparation WHERE base_sha256 IS NULL")
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("unfit", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.alter_column("unfit", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.drop_column("unfit")
