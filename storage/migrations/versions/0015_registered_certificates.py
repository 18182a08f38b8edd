"""Which certificate of an Android app is registered for Google's developer verification."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("registered_certificate", sa.String(64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("registered_by", sa.String(320), nullable=True))
        batch_op.add_column(sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.alter_column("registered_certificate", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("app", schema=None) as batch_op:
        for column in ("registered_at", "registered_by", "registered_certificate"):
            batch_op.drop_column(column)
