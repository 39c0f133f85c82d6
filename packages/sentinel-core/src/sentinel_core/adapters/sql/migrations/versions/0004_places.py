"""Incidents at places that several cameras see."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_IS_AT_A_PLACE = sa.text("place IS NOT NULL")
_IS_DUPLICATE = sa.text("duplicate_of IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("incidents") as incidents:
        incidents.add_column(sa.Column("place", sa.String(63), nullable=True))
        incidents.add_column(sa.Column("duplicate_of", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_incidents_place_type_started_at",
        "incidents",
        ["place", "type", "started_at"],
        sqlite_where=_IS_AT_A_PLACE,
        postgresql_where=_IS_AT_A_PLACE,
    )
    op.create_index(
        "ix_incidents_duplicate_of",
        "incidents",
        ["duplicate_of"],
        sqlite_where=_IS_DUPLICATE,
        postgresql_where=_IS_DUPLICATE,
    )


def downgrade() -> None:
    op.drop_index("ix_incidents_duplicate_of", table_name="incidents")
    op.drop_index("ix_incidents_place_type_started_at", table_name="incidents")
    with op.batch_alter_table("incidents") as incidents:
        incidents.drop_column("duplicate_of")
        incidents.drop_column("place")
