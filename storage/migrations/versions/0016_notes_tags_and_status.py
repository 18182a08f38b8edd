"""ReleaseEdits of releases, their tags, by whom they are disabled, and how notes are written."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edit",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("by", sa.String(320), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_edit_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
    )
    with op.batch_alter_table("edit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_edit_state_edit_created_at"), ["state", "created_at"], unique=False
        )

    op.create_table(
        "releasetag",
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column(
            "tag",
            sa.String(length=32).with_variant(sa.String(length=32, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_releasetag_app_id_app")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_releasetag_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_releasetag_release_id_release")
        ),
        sa.PrimaryKeyConstraint("release_id", "tag", name=op.f("pk_releasetag")),
    )
    with op.batch_alter_table("releasetag", schema=None) as batch_op:
        batch_op.create_index(
            "ix_releasetag_found", ["organization_id", "tag", "app_id", "release_id"], unique=False
        )

    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("notes_kind", sa.String(32), nullable=False, server_default="markdown")
        )
        batch_op.add_column(sa.Column("disabled_by", sa.String(320), nullable=True))
        batch_op.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("disabled_why", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("notes_kind", sa.String(32), nullable=False, server_default="markdown")
        )

    # What is here came as Markdown, and nothing could be disabled; new rows say it themselves.
    for table, columns in (
        ("release", ("notes_kind", "disabled_why")),
        ("upload", ("notes_kind",)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_column("notes_kind")

    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_column("disabled_why")
        batch_op.drop_column("disabled_at")
        batch_op.drop_column("disabled_by")
        batch_op.drop_column("notes_kind")

    with op.batch_alter_table("releasetag", schema=None) as batch_op:
        batch_op.drop_index("ix_releasetag_found")

    op.drop_table("releasetag")
    with op.batch_alter_table("edit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edit_state_edit_created_at"))

    op.drop_table("edit")
