"""Links to the page of Apple teams, and what people call a team and when it renews."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "apple_invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("apple_team_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_apple_invitation_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apple_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_apple_invitation_token_hash")),
    )
    with op.batch_alter_table("apple_team") as batch:
        batch.add_column(sa.Column("name", sa.String(255), nullable=False, server_default=""))
        batch.add_column(sa.Column("renews_on", sa.Date(), nullable=True))
    # Teams that are there have no name yet; new ones are given one by the record.
    with op.batch_alter_table("apple_team") as batch:
        batch.alter_column("name", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("apple_team") as batch:
        batch.drop_column("renews_on")
        batch.drop_column("name")
    op.drop_table("apple_invitation")
