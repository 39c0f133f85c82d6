"""Where the media clock of a camera goes on when another instance takes it over."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("camera_leases") as leases:
        leases.add_column(
            sa.Column("resume_90k", sa.BigInteger(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("camera_leases") as leases:
        leases.alter_column("resume_90k", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("camera_leases") as leases:
        leases.drop_column("resume_90k")
