"""Who has a release: nudges, mutes, reports of trouble, and figures to be drawn anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mute",
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_mute_app_id_app")),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_mute_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("app_id", "tester_id", name=op.f("pk_mute")),
    )
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mute_tester_id"), ["tester_id"], unique=False)

    op.create_table(
        "nudge",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("requested_by", sa.String(320), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_nudge_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
        sa.UniqueConstraint("key", name=op.f("uq_nudge_key")),
    )
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nudge_release_id"), ["release_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_nudge_state_nudge_created_at"), ["state", "created_at"], unique=False
        )

    op.create_table(
        "tally_mark",
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figures", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_tally_mark_release_id_release")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_tally_mark")),
    )
    with op.batch_alter_table("tally_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_mark_changed_at"), ["changed_at"], unique=False)

    op.create_table(
        "troublereport",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("saw", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(120), nullable=False),
        sa.Column("devices", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_troublereport_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_troublereport_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_troublereport")),
    )
    with op.batch_alter_table("troublereport", schema=None) as batch_op:
        batch_op.create_index(
            "ix_troublereport_last", ["release_id", "tester_id", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_troublereport_state_troublereport_created_at"),
            ["state", "created_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_troublereport_tester_id"), ["tester_id"], unique=False)

    op.create_table(
        "nudgeword",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("nudge_id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("teller", sa.String(16), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["nudge_id"], ["nudge.id"], name=op.f("fk_nudgeword_nudge_id_nudge")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_nudgeword_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_nudgeword_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudgeword")),
        sa.UniqueConstraint(
            "nudge_id", "tester_id", "teller", name=op.f("uq_nudgeword_nudge_id_tester_id_teller")
        ),
    )
    with op.batch_alter_table("nudgeword", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_nudgeword_release_id_nudgeword_created_at"),
            ["release_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_nudgeword_tester_id_nudgeword_release_id"),
            ["tester_id", "release_id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("nudgeword", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nudgeword_tester_id_nudgeword_release_id"))
        batch_op.drop_index(batch_op.f("ix_nudgeword_release_id_nudgeword_created_at"))

    op.drop_table("nudgeword")
    with op.batch_alter_table("troublereport", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_troublereport_tester_id"))
        batch_op.drop_index(batch_op.f("ix_troublereport_state_troublereport_created_at"))
        batch_op.drop_index("ix_troublereport_last")

    op.drop_table("troublereport")
    with op.batch_alter_table("tally_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tally_mark_changed_at"))

    op.drop_table("tally_mark")
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nudge_state_nudge_created_at"))
        batch_op.drop_index(batch_op.f("ix_nudge_release_id"))

    op.drop_table("nudge")
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mute_tester_id"))

    op.drop_table("mute")
