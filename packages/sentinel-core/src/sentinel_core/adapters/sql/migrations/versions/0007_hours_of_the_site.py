"""In which time zone the hours of the week were learned."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "lane_normality",
        sa.Column("timezone", sa.String(64), server_default="UTC", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("lane_normality", "timezone")
