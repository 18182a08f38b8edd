"""Pages of testers, and Home tabs that are drawn anew."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hometab",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("slack_id", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn", sa.String(64), nullable=False),
        sa.Column("stamp", sa.String(64), nullable=False),
        sa.Column("manages", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_hometab_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hometab")),
        sa.UniqueConstraint(
            "organization_id", "slack_id", name=op.f("uq_hometab_organization_id_slack_id")
        ),
    )
    with op.batch_alter_table("hometab", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hometab_organization_id_hometab_due_at"),
            ["organization_id", "due_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_hometab_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_hometab_organization_id_hometab_manages"),
            ["organization_id", "manages"],
            unique=False,
        )

    op.create_table(
        "personalpage",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_personalpage_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personalpage")),
        sa.UniqueConstraint(
            "tester_id", "generation", name=op.f("uq_personalpage_tester_id_generation")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_personalpage_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("personalpage")
    with op.batch_alter_table("hometab", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hometab_organization_id_hometab_manages"))
        batch_op.drop_index(batch_op.f("ix_hometab_opened_at"))
        batch_op.drop_index(batch_op.f("ix_hometab_organization_id_hometab_due_at"))

    op.drop_table("hometab")
