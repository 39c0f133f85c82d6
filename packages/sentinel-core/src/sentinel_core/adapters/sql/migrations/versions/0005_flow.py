"""Flow of traffic by minute, and what is usual by hour of the week."""

import sqlalchemy as sa
from alembic import op

from sentinel_core.adapters.sql.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_minutes",
        sa.Column("camera_key", sa.String(63), nullable=False),
        sa.Column("minute", UtcDateTime(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("camera_key", "minute", "event_id", name="pk_flow_minutes"),
    )
    op.create_table(
        "lane_normality",
        sa.Column("camera_key", sa.String(63), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("shape", sa.String(32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("speed_minutes", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("speed_mean", sa.Double(), nullable=False),
        sa.Column("speed_variance", sa.Double(), nullable=False),
        sa.Column("free_speed_mean", sa.Double(), nullable=False),
        sa.Column("fullness_mean", sa.Double(), nullable=False),
        sa.Column("fullness_variance", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("camera_key", "zone_id", "hour", name="pk_lane_normality"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("lane_normality")
    op.drop_table("flow_minutes")
