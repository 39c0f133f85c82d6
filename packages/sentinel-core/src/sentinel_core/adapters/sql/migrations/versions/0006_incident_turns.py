"""Whose turn it is to decide whether an incident at a place is one that another camera has seen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_turns",
        sa.Column("place", sa.String(63), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("place", "type", name="pk_incident_turns"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("incident_turns")
