"""How far everybody is with a release, read from one index of receipts and one of recipients."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("release_id", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("tester_id", sa.String(32), nullable=True))
    _fill()
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.alter_column("release_id", existing_type=sa.String(32), nullable=False)
        batch_op.alter_column("tester_id", existing_type=sa.String(32), nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_receipt_release_id_release"), "release", ["release_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_receipt_tester_id_tester"), "tester", ["tester_id"], ["id"]
        )
        batch_op.create_index(
            "ix_receipt_seen", ["release_id", "tester_id", "kind", "completed_at"], unique=False
        )

    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_recipient_release_id_recipient_tester_id_recipient_state")
        )
        batch_op.create_index(
            "ix_recipient_shares",
            ["release_id", "tester_id", "state", "destination_id"],
            unique=False,
        )


def _fill() -> None:
    """Give each receipt the release and the tester of its grant."""
    receipt = sa.table("receipt", *map(sa.column, ("grant_id", "release_id", "tester_id")))
    grant = sa.table("grant", *map(sa.column, ("id", "release_id", "tester_id")))
    op.execute(
        sa.update(receipt)
        .values(release_id=grant.c.release_id, tester_id=grant.c.tester_id)
        .where(grant.c.id == receipt.c.grant_id)
    )


def downgrade() -> None:
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_index("ix_recipient_shares")
        batch_op.create_index(
            batch_op.f("ix_recipient_release_id_recipient_tester_id_recipient_state"),
            ["release_id", "tester_id", "state"],
            unique=False,
        )

    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_receipt_tester_id_tester"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_receipt_release_id_release"), type_="foreignkey")
        batch_op.drop_index("ix_receipt_seen")
        batch_op.drop_column("tester_id")
        batch_op.drop_column("release_id")
