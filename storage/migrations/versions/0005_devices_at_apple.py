"""Where devices stand at Apple, and how profiles are made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auto_approval",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("target_id", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_auto_approval_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auto_approval")),
        sa.UniqueConstraint(
            "organization_id",
            "subject",
            "target_id",
            name=op.f("uq_auto_approval_organization_id_subject_target_id"),
        ),
    )
    op.create_table(
        "device_policy",
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("per_person", sa.Integer(), nullable=False),
        sa.Column("reserve", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=True),
        sa.Column("changed_by", sa.String(320), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_device_policy_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_device_policy")),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("apple_id", sa.String(64), nullable=False),
        sa.Column("udid", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["apple_team.id"],
            name=op.f("fk_slot_team_id_apple_team"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("team_id", "apple_id", name=op.f("uq_slot_team_id_apple_id")),
    )
    op.create_index(op.f("ix_slot_team_id_slot_udid"), "slot", ["team_id", "udid"])

    op.create_table(
        "wave",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("bundle_id", sa.String(255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("open_key", sa.String(320), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("about", sa.String(255), nullable=False),
        sa.Column("left_out", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_wave_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["apple_team.id"],
            name=op.f("fk_wave_team_id_apple_team"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("open_key", name=op.f("uq_wave_open_key")),
        sa.UniqueConstraint(
            "team_id", "bundle_id", "number", name=op.f("uq_wave_team_id_bundle_id_number")
        ),
    )
    op.create_index(op.f("ix_wave_state_wave_created_at"), "wave", ["state", "created_at"])

    op.create_table(
        "profile_generation",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("wave_id", sa.String(32), nullable=False),
        sa.Column("bundle_id", sa.String(255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("apple_id", sa.String(64), nullable=True),
        sa.Column("uuid", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("udids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["apple_team.id"],
            name=op.f("fk_profile_generation_team_id_apple_team"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["wave.id"],
            name=op.f("fk_profile_generation_wave_id_wave"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_generation")),
        sa.UniqueConstraint("team_id", "name", name=op.f("uq_profile_generation_team_id_name")),
    )
    op.create_index(
        op.f("ix_profile_generation_bundle"),
        "profile_generation",
        ["team_id", "bundle_id", "number"],
    )
    op.create_index(op.f("ix_profile_generation_wave_id"), "profile_generation", ["wave_id"])

    op.create_table(
        "registration",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("device_id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("trouble", sa.String(64), nullable=False),
        sa.Column("apple_id", sa.String(64), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.String(320), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(320), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_registration_device_id_device"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_registration_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["apple_team.id"],
            name=op.f("fk_registration_team_id_apple_team"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("device_id", "team_id", name=op.f("uq_registration_device_id_team_id")),
    )
    op.create_index(
        op.f("ix_registration_state_registration_due_at"), "registration", ["state", "due_at"]
    )
    op.create_index(
        op.f("ix_registration_team_id_registration_state"), "registration", ["team_id", "state"]
    )

    with op.batch_alter_table("apple_team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("devices_read_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("platform", sa.String(16), nullable=False, server_default="IOS")
        )
        batch_op.add_column(sa.Column("model", sa.String(64), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("system_version", sa.String(32), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("source", sa.String(32), nullable=False, server_default="typed")
        )
        batch_op.add_column(sa.Column("verified", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_device_organization_id_device_created_at"),
            ["organization_id", "created_at"],
            unique=False,
        )
    # What was there before has these values; what comes tells its own.
    with op.batch_alter_table("device", schema=None) as batch_op:
        for column in ("platform", "model", "system_version", "source"):
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_organization_id_device_created_at"))
        batch_op.drop_column("disabled_at")
        batch_op.drop_column("verified")
        batch_op.drop_column("source")
        batch_op.drop_column("system_version")
        batch_op.drop_column("model")
        batch_op.drop_column("platform")

    with op.batch_alter_table("apple_team", schema=None) as batch_op:
        batch_op.drop_column("devices_read_at")
    op.drop_table("registration")
    op.drop_table("profile_generation")
    op.drop_table("wave")
    op.drop_table("slot")
    op.drop_table("device_policy")
    op.drop_table("auto_approval")
