"""What was done last, and what one actor did, is read in its order from an index."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "ix_audit_entry_organization_id_audit_entry_at"
LAST = "ix_audit_entry_last"
BY = "ix_audit_entry_last_by"


def upgrade() -> None:
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f(BEFORE))
        batch_op.create_index(batch_op.f(LAST), ["organization_id", "at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f(BY), ["organization_id", "actor", "at", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f(BY))
        batch_op.drop_index(batch_op.f(LAST))
        batch_op.create_index(batch_op.f(BEFORE), ["organization_id", "at"], unique=False)
