"""Rules by which builds find their track."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trackrule",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], name=op.f("fk_trackrule_app_id_app")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_trackrule_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trackrule")),
        sa.UniqueConstraint("app_id", "kind", "value", name=op.f("uq_trackrule_app_id_kind_value")),
    )
    with op.batch_alter_table("trackrule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trackrule_kind_trackrule_value"), ["kind", "value"], unique=False
        )


def downgrade() -> None:
    op.drop_table("trackrule")
