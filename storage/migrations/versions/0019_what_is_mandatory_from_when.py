"""Acts that make a release mandatory, their moments, and who is reminded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A destination that is mandatory already keeps its terms: without a grace that means at once.
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.create_index(
            "ix_destination_mandatory",
            ["app_id"],
            unique=False,
            sqlite_where=sa.text("mandatory_from IS NOT NULL"),
            postgresql_where=sa.text("mandatory_from IS NOT NULL"),
        )

    op.create_table(
        "mandate",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("undoes", sa.String(32), nullable=True),
        sa.Column("requested_by", sa.String(320), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("group_ids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("singles", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("after", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_mandate_release_id_release")
        ),
        sa.ForeignKeyConstraint(["undoes"], ["mandate.id"], name=op.f("fk_mandate_undoes_mandate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("key", name=op.f("uq_mandate_key")),
        sa.UniqueConstraint("undoes", name=op.f("uq_mandate_undoes")),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandate_release_id"), ["release_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_mandate_state_mandate_created_at"), ["state", "created_at"], unique=False
        )

    op.create_table(
        "milestone",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_milestone_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint(
            "release_id", "kind", "due_at", name=op.f("uq_milestone_release_id_kind_due_at")
        ),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_milestone_state_milestone_due_at"), ["state", "due_at"], unique=False
        )

    op.create_table(
        "reminder",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("milestone_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("teller", sa.String(16), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name=op.f("fk_reminder_milestone_id_milestone")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_reminder_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_reminder_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "release_id",
            "tester_id",
            "kind",
            "teller",
            name=op.f("uq_reminder_release_id_tester_id_kind_teller"),
        ),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reminder_milestone_id"), ["milestone_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reminder_tester_id"), ["tester_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_tester_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_milestone_id"))

    op.drop_table("reminder")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_state_milestone_due_at"))

    op.drop_table("milestone")
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mandate_state_mandate_created_at"))
        batch_op.drop_index(batch_op.f("ix_mandate_release_id"))

    op.drop_table("mandate")

    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.drop_index("ix_destination_mandatory")
