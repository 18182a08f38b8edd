"""Acts of taking a release back, whom they took it from, and who is told of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recall",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("requested_by", sa.String(320), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("group_ids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("singles", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("came_back", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("shortfall", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_recall_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("key", name=op.f("uq_recall_key")),
    )
    with op.batch_alter_table("recall", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recall_release_id"), ["release_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recall_state_recall_created_at"), ["state", "created_at"], unique=False
        )

    op.create_table(
        "recallnotice",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("recall_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("teller", sa.String(16), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recallnotice_recall_id_recall")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_recallnotice_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recallnotice")),
        sa.UniqueConstraint(
            "recall_id",
            "tester_id",
            "teller",
            name=op.f("uq_recallnotice_recall_id_tester_id_teller"),
        ),
    )
    with op.batch_alter_table("recallnotice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recallnotice_tester_id"), ["tester_id"], unique=False)

    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_why", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.alter_column("ended_why", server_default=None)

    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("renews", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    # Nothing was taken back so far, so that nobody has anything again by an earlier act.
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.alter_column("renews", server_default=None)

    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recall_id", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_recipient_recall_id"), ["recall_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_recipient_recall_id_recall"), "recall", ["recall_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_recipient_recall_id_recall"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_recipient_recall_id"))
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("recall_id")

    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.drop_column("renews")

    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_column("ended_why")

    with op.batch_alter_table("recallnotice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recallnotice_tester_id"))
    op.drop_table("recallnotice")

    with op.batch_alter_table("recall", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recall_state_recall_created_at"))
        batch_op.drop_index(batch_op.f("ix_recall_release_id"))
    op.drop_table("recall")
