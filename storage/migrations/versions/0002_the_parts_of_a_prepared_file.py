"""The parts of a prepared file: it is no longer a copy, but ranges of the build's own file."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was prepared as a copy is prepared again when it is wanted; until then the variants made
    # of it keep it.
    op.execute("DELETE FROM preparation")
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("segments", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False)
        )
        batch_op.drop_column("chunks")
        batch_op.drop_column("chunk_size")


def downgrade() -> None:
    op.execute("DELETE FROM preparation")
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chunk_size", sa.BigInteger(), nullable=False))
        batch_op.add_column(
            sa.Column("chunks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False)
        )
        batch_op.drop_column("segments")
