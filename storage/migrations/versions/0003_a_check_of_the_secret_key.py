"""A check of the secret key, so that another key is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("key_check", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("organization", "key_check")
