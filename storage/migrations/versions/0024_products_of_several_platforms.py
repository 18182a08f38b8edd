"""Products: apps of several platforms, and acts that give people several at once."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organization_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_by", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_product_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_organization_id"), ["organization_id"], unique=False
        )

    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.add_column(sa.Column("product_id", sa.String(32), nullable=True))
        batch_op.create_index("ix_app_product_platform", ["product_id", "platform"], unique=True)

    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.add_column(sa.Column("joint_id", sa.String(32), nullable=True))
        batch_op.create_index(batch_op.f("ix_distribution_joint_id"), ["joint_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("distribution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_distribution_joint_id"))
        batch_op.drop_column("joint_id")

    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.drop_index("ix_app_product_platform")
        batch_op.drop_column("product_id")

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_organization_id"))

    op.drop_table("product")
