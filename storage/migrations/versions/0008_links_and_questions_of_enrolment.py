"""Links to the enrolment page, and the questions that devices were asked there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment_link",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_enrolment_link_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_enrolment_link_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_enrolment_link_token_hash")),
    )
    op.create_index(op.f("ix_enrolment_link_expires_at"), "enrolment_link", ["expires_at"])
    op.create_index(
        op.f("ix_enrolment_link_tester_id_enrolment_link_created_at"),
        "enrolment_link",
        ["tester_id", "created_at"],
    )

    op.create_table(
        "enrolment_challenge",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("system_version", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.String(32), nullable=True),
        sa.Column("result_hash", sa.String(64), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_enrolment_challenge_device_id_device"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_enrolment_challenge_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_enrolment_challenge_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_challenge")),
        sa.UniqueConstraint("result_hash", name=op.f("uq_enrolment_challenge_result_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_enrolment_challenge_token_hash")),
    )
    op.create_index(
        op.f("ix_enrolment_challenge_kept_until"), "enrolment_challenge", ["kept_until"]
    )
    op.create_index(
        op.f("ix_enrolment_challenge_tester_id_enrolment_challenge_created_at"),
        "enrolment_challenge",
        ["tester_id", "created_at"],
    )


def downgrade() -> None:
    op.drop_table("enrolment_challenge")
    op.drop_table("enrolment_link")
