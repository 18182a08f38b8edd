"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organization",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("name", name=op.f("uq_organization_name")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("time_zone", sa.String(64), nullable=True),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("stranger", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "posting",
        sa.Column(
            "key",
            sa.String(length=128).with_variant(sa.String(length=128, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("thread_ts", sa.String(32), nullable=True),
        sa.Column("ts", sa.String(32), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_posting")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_posting_channel_id_posting_ts"), ["channel_id", "ts"], unique=False
        )

    op.create_table(
        "promise",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_promise")),
    )
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promise_held_until"), ["held_until"], unique=False)

    op.create_table(
        "seen",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seen")),
    )
    with op.batch_alter_table("seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "usergroup",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("handle", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("members", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usergroup")),
    )
    op.create_table(
        "app",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("display_name", sa.String(255), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("bundle_id", sa.String(255), nullable=False),
        sa.Column("app_secret", sa.String(36), nullable=False),
        sa.Column("public_identifier", sa.String(32), nullable=False),
        sa.Column("usual_group_id", sa.String(32), nullable=True),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_app_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app")),
        sa.UniqueConstraint("app_secret", name=op.f("uq_app_app_secret")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_app_organization_id_name")),
        sa.UniqueConstraint("public_identifier", name=op.f("uq_app_public_identifier")),
    )
    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_app_organization_id_app_platform_app_bundle_id"),
            ["organization_id", "platform", "bundle_id"],
            unique=False,
        )

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(320), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_audit_entry_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_entry_organization_id_audit_entry_at"),
            ["organization_id", "at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_audit_entry_subject_id_audit_entry_at"),
            ["subject_id", "at"],
            unique=False,
        )

    op.create_table(
        "build",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("md5", sa.String(32), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("chunk_size", sa.BigInteger(), nullable=False),
        sa.Column("chunks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("bundle_id", sa.String(255), nullable=False),
        sa.Column("version", sa.String(255), nullable=False),
        sa.Column("build", sa.String(255), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("remarks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("icon_sha256", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_build_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_build")),
        sa.UniqueConstraint(
            "organization_id", "sha256", name=op.f("uq_build_organization_id_sha256")
        ),
    )
    with op.batch_alter_table("build", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_build_icon_sha256"), ["icon_sha256"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_build_organization_id_build_platform_build_bundle_id"),
            ["organization_id", "platform", "bundle_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_build_sha256"), ["sha256"], unique=False)

    op.create_table(
        "group",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_group_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_group_organization_id_slug")),
    )
    op.create_table(
        "roleholding",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("holder_kind", sa.String(32), nullable=False),
        sa.Column("holder_id", sa.String(320), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("given_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_roleholding_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roleholding")),
        sa.UniqueConstraint(
            "organization_id",
            "role",
            "holder_kind",
            "holder_id",
            "app_id",
            "group_id",
            name=op.f("uq_roleholding_organization_id_role_holder_kind_holder_id_app_id_group_id"),
        ),
    )
    with op.batch_alter_table("roleholding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f(
                "ix_roleholding_organization_id_roleholding_holder_kind_roleholding_holder_id"
            ),
            ["organization_id", "holder_kind", "holder_id"],
            unique=False,
        )

    op.create_table(
        "signing_identity",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("key_fingerprint", sa.String(64), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_signing_identity_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_identity")),
        sa.UniqueConstraint(
            "organization_id",
            "fingerprint",
            name=op.f("uq_signing_identity_organization_id_fingerprint"),
        ),
    )
    op.create_table(
        "tester",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("slack_id", sa.String(32), nullable=True),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_tester_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tester")),
        sa.UniqueConstraint(
            "organization_id", "email", name=op.f("uq_tester_organization_id_email")
        ),
        sa.UniqueConstraint(
            "organization_id", "slack_id", name=op.f("uq_tester_organization_id_slack_id")
        ),
    )
    with op.batch_alter_table("tester", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tester_organization_id_tester_name_tester_id"),
            ["organization_id", "name", "id"],
            unique=False,
        )

    op.create_table(
        "device",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("udid", sa.String(64), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_device_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_device_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("organization_id", "udid", name=op.f("uq_device_organization_id_udid")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_tester_id"), ["tester_id"], unique=False)

    op.create_table(
        "groupchannel",
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("connected_by", sa.String(320), nullable=False),
        sa.Column("broken", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_groupchannel_group_id_group")
        ),
        sa.PrimaryKeyConstraint("group_id", "channel_id", name=op.f("pk_groupchannel")),
    )
    with op.batch_alter_table("groupchannel", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_groupchannel_channel_id"), ["channel_id"], unique=False
        )

    op.create_table(
        "groupmember",
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_groupmember_group_id_group")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_groupmember_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("group_id", "tester_id", name=op.f("pk_groupmember")),
    )
    with op.batch_alter_table("groupmember", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groupmember_tester_id"), ["tester_id"], unique=False)

    op.create_table(
        "groupusergroup",
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("usergroup_id", sa.String(32), nullable=False),
        sa.Column("handle", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_groupusergroup_group_id_group")
        ),
        sa.PrimaryKeyConstraint("group_id", "usergroup_id", name=op.f("pk_groupusergroup")),
    )
    op.create_table(
        "preparation",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("build_id", sa.String(32), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("base_sha256", sa.String(64), nullable=True),
        sa.Column("index_sha256", sa.String(64), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("chunk_size", sa.BigInteger(), nullable=False),
        sa.Column("chunks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("violations", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["build_id"], ["build.id"], name=op.f("fk_preparation_build_id_build")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparation")),
        sa.UniqueConstraint(
            "build_id", "source_sha256", name=op.f("uq_preparation_build_id_source_sha256")
        ),
    )
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_preparation_base_sha256"), ["base_sha256"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_preparation_index_sha256"), ["index_sha256"], unique=False
        )

    op.create_table(
        "release",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("build_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "sought",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(320), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(320), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_release_app_id_app")),
        sa.ForeignKeyConstraint(["build_id"], ["build.id"], name=op.f("fk_release_build_id_build")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_release_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("app_id", "number", name=op.f("uq_release_app_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_release_key")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_release_app_id_release_posted_at_release_number"),
            ["app_id", "posted_at", "number"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_release_app_id_release_sought"), ["app_id", "sought"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_release_build_id"), ["build_id"], unique=False)
        batch_op.create_index(
            "ix_release_search",
            ["organization_id", "state", "posted_at", "number", "app_id", "sought", "id"],
            unique=False,
        )

    op.create_table(
        "symbols",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("bundle_id", sa.String(255), nullable=False),
        sa.Column("version", sa.String(255), nullable=False),
        sa.Column("build", sa.String(255), nullable=False),
        sa.Column("uuids", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("build_id", sa.String(32), nullable=True),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["build_id"], ["build.id"], name=op.f("fk_symbols_build_id_build")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_symbols_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_symbols")),
        sa.UniqueConstraint(
            "organization_id", "sha256", name=op.f("uq_symbols_organization_id_sha256")
        ),
    )
    with op.batch_alter_table("symbols", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_symbols_build_id"), ["build_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_symbols_organization_id_symbols_platform_symbols_build_id"),
            ["organization_id", "platform", "build_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_symbols_sha256"), ["sha256"], unique=False)

    op.create_table(
        "variant",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("build_id", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(64), nullable=False),
        sa.Column("identity_id", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("way", sa.String(32), nullable=True),
        sa.Column("base_sha256", sa.String(64), nullable=True),
        sa.Column("fresh_sha256", sa.String(64), nullable=True),
        sa.Column("segments", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("new_bytes", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.Column("chunk_size", sa.BigInteger(), nullable=False),
        sa.Column("chunks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("signing", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["build_id"], ["build.id"], name=op.f("fk_variant_build_id_build")),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["signing_identity.id"],
            name=op.f("fk_variant_identity_id_signing_identity"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("build_id", "generation", name=op.f("uq_variant_build_id_generation")),
    )
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_variant_base_sha256"), ["base_sha256"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_variant_build_id_variant_state_variant_wanted_at"),
            ["build_id", "state", "wanted_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_variant_fresh_sha256"), ["fresh_sha256"], unique=False)

    op.create_table(
        "destination",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("target_id", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.String(32), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_by", sa.String(320), nullable=True),
        sa.Column("mandatory_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grace", sa.Integer(), nullable=False),
        sa.Column("mandatory_below", sa.String(255), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_destination_app_id_app")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_destination_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["release.id"], name=op.f("fk_destination_superseded_by_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination")),
        sa.UniqueConstraint(
            "release_id", "kind", "target_id", name=op.f("uq_destination_release_id_kind_target_id")
        ),
    )
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_destination_app_id_destination_kind_destination_target_id"),
            ["app_id", "kind", "target_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_destination_kind_destination_target_id_destination_since"),
            ["kind", "target_id", "since"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_destination_superseded_by"), ["superseded_by"], unique=False
        )

    op.create_table(
        "distribution",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("requested_by", sa.String(320), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("shortfall", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_distribution_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution")),
        sa.UniqueConstraint("key", name=op.f("uq_distribution_key")),
    )
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_distribution_release_id"), ["release_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_distribution_state_distribution_created_at"),
            ["state", "created_at"],
            unique=False,
        )

    op.create_table(
        "grant",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_grant_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_grant_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
        sa.UniqueConstraint(
            "release_id",
            "tester_id",
            "generation",
            name=op.f("uq_grant_release_id_tester_id_generation"),
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_grant_token_hash")),
    )
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_tester_id"), ["tester_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("source_ref", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("identity", sa.String(300), nullable=True),
        sa.Column("build_id", sa.String(32), nullable=True),
        sa.Column("symbols_id", sa.String(32), nullable=True),
        sa.Column("release_id", sa.String(32), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["build_id"], ["build.id"], name=op.f("fk_upload_build_id_build")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_upload_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_upload_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["symbols_id"], ["symbols.id"], name=op.f("fk_upload_symbols_id_symbols")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("key", name=op.f("uq_upload_key")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_build_id"), ["build_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_upload_organization_id_upload_source_upload_posted_at"),
            ["organization_id", "source", "posted_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_upload_organization_id_upload_state_upload_posted_at"),
            ["organization_id", "state", "posted_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_upload_release_id_upload_state_upload_build_id"),
            ["release_id", "state", "build_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_upload_state_upload_created_at"), ["state", "created_at"], unique=False
        )

    op.create_table(
        "receipt",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("grant_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ranges", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_receipt_grant_id_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("grant_id", "kind", name=op.f("uq_receipt_grant_id_kind")),
    )
    op.create_table(
        "recipient",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("distribution_id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("destination_id", sa.String(32), nullable=False),
        sa.Column("tester_id", sa.String(32), nullable=False),
        sa.Column("teller", sa.String(16), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destination.id"],
            name=op.f("fk_recipient_destination_id_destination"),
        ),
        sa.ForeignKeyConstraint(
            ["distribution_id"],
            ["distribution.id"],
            name=op.f("fk_recipient_distribution_id_distribution"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_recipient_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["tester_id"], ["tester.id"], name=op.f("fk_recipient_tester_id_tester")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint(
            "distribution_id",
            "tester_id",
            "teller",
            name=op.f("uq_recipient_distribution_id_tester_id_teller"),
        ),
    )
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recipient_destination_id"), ["destination_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_recipient_release_id_recipient_tester_id_recipient_state"),
            ["release_id", "tester_id", "state"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_recipient_tester_id_recipient_created_at"),
            ["tester_id", "created_at"],
            unique=False,
        )

    op.create_table(
        "target",
        sa.Column("distribution_id", sa.String(32), nullable=False),
        sa.Column("destination_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destination.id"],
            name=op.f("fk_target_destination_id_destination"),
        ),
        sa.ForeignKeyConstraint(
            ["distribution_id"],
            ["distribution.id"],
            name=op.f("fk_target_distribution_id_distribution"),
        ),
        sa.PrimaryKeyConstraint("distribution_id", "destination_id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_target_destination_id"), ["destination_id"], unique=False
        )

    op.create_table(
        "uploadplace",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("upload_id", sa.String(32), nullable=False),
        sa.Column("teller", sa.String(16), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("thread", sa.String(64), nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_uploadplace_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploadplace")),
        sa.UniqueConstraint(
            "upload_id", "teller", "address", name=op.f("uq_uploadplace_upload_id_teller_address")
        ),
    )


def downgrade() -> None:
    op.drop_table("uploadplace")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_destination_id"))

    op.drop_table("target")
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recipient_tester_id_recipient_created_at"))
        batch_op.drop_index(
            batch_op.f("ix_recipient_release_id_recipient_tester_id_recipient_state")
        )
        batch_op.drop_index(batch_op.f("ix_recipient_destination_id"))

    op.drop_table("recipient")
    op.drop_table("receipt")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_state_upload_created_at"))
        batch_op.drop_index(batch_op.f("ix_upload_release_id_upload_state_upload_build_id"))
        batch_op.drop_index(batch_op.f("ix_upload_organization_id_upload_state_upload_posted_at"))
        batch_op.drop_index(batch_op.f("ix_upload_organization_id_upload_source_upload_posted_at"))
        batch_op.drop_index(batch_op.f("ix_upload_build_id"))

    op.drop_table("upload")
    with op.batch_alter_table("grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_tester_id"))

    op.drop_table("grant")
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_distribution_state_distribution_created_at"))
        batch_op.drop_index(batch_op.f("ix_distribution_release_id"))

    op.drop_table("distribution")
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_destination_superseded_by"))
        batch_op.drop_index(
            batch_op.f("ix_destination_kind_destination_target_id_destination_since")
        )
        batch_op.drop_index(
            batch_op.f("ix_destination_app_id_destination_kind_destination_target_id")
        )

    op.drop_table("destination")
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_variant_fresh_sha256"))
        batch_op.drop_index(batch_op.f("ix_variant_build_id_variant_state_variant_wanted_at"))
        batch_op.drop_index(batch_op.f("ix_variant_base_sha256"))

    op.drop_table("variant")
    with op.batch_alter_table("symbols", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_symbols_sha256"))
        batch_op.drop_index(
            batch_op.f("ix_symbols_organization_id_symbols_platform_symbols_build_id")
        )
        batch_op.drop_index(batch_op.f("ix_symbols_build_id"))

    op.drop_table("symbols")
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_index("ix_release_search")
        batch_op.drop_index(batch_op.f("ix_release_build_id"))
        batch_op.drop_index(batch_op.f("ix_release_app_id_release_sought"))
        batch_op.drop_index(batch_op.f("ix_release_app_id_release_posted_at_release_number"))

    op.drop_table("release")
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preparation_index_sha256"))
        batch_op.drop_index(batch_op.f("ix_preparation_base_sha256"))

    op.drop_table("preparation")
    op.drop_table("groupusergroup")
    with op.batch_alter_table("groupmember", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_groupmember_tester_id"))

    op.drop_table("groupmember")
    with op.batch_alter_table("groupchannel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_groupchannel_channel_id"))

    op.drop_table("groupchannel")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_tester_id"))

    op.drop_table("device")
    with op.batch_alter_table("tester", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tester_organization_id_tester_name_tester_id"))

    op.drop_table("tester")
    op.drop_table("signing_identity")
    with op.batch_alter_table("roleholding", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f(
                "ix_roleholding_organization_id_roleholding_holder_kind_roleholding_holder_id"
            )
        )

    op.drop_table("roleholding")
    op.drop_table("group")
    with op.batch_alter_table("build", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_build_sha256"))
        batch_op.drop_index(batch_op.f("ix_build_organization_id_build_platform_build_bundle_id"))
        batch_op.drop_index(batch_op.f("ix_build_icon_sha256"))

    op.drop_table("build")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject_id_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_organization_id_audit_entry_at"))

    op.drop_table("audit_entry")
    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_app_organization_id_app_platform_app_bundle_id"))

    op.drop_table("app")
    op.drop_table("usergroup")
    with op.batch_alter_table("seen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_seen_at"))

    op.drop_table("seen")
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promise_held_until"))

    op.drop_table("promise")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_channel_id_posting_ts"))

    op.drop_table("posting")
    op.drop_table("person")
    op.drop_table("organization")
