"""Options of cameras; who reads which camera; recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPTIONS = ("live_view", "rtsp_transport", "loops", "motion_gating", "privacy_masks")


def upgrade() -> None:
    _extend_cameras()
    _create_leases()
    _create_recordings()


def downgrade() -> None:
    op.drop_table("recordings")
    op.drop_table("camera_leases")
    op.drop_table("camera_instances")
    with op.batch_alter_table("cameras") as cameras:
        cameras.drop_constraint(op.f("ck_cameras_live_view"), type_="check")
        cameras.drop_constraint(op.f("ck_cameras_rtsp_transport"), type_="check")
        for name in _OPTIONS:
            cameras.drop_column(name)


def _extend_cameras() -> None:
    with op.batch_alter_table("cameras") as cameras:
        cameras.add_column(_choice("live_view", "source", "transcoded", default="source"))
        cameras.add_column(_choice("rtsp_transport", "tcp", "udp", default="tcp"))
        cameras.add_column(_flag("loops", default=True))
        cameras.add_column(_flag("motion_gating", default=False))
        cameras.add_column(
            sa.Column("privacy_masks", sa.JSON(), nullable=False, server_default="[]")
        )
    # The product always says what it stores: a default of the database would hide an omission.
    with op.batch_alter_table("cameras") as cameras:
        for name in _OPTIONS:
            cameras.alter_column(name, server_default=None)


def _create_leases() -> None:
    op.create_table(
        "camera_instances",
        sa.Column("instance_id", sa.String(63), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        _time("started_at"),
        _time("heartbeat_at"),
        sa.PrimaryKeyConstraint("instance_id", name="pk_camera_instances"),
    )
    op.create_table(
        "camera_leases",
        sa.Column("camera_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.String(63), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("camera_id", name="pk_camera_leases"),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.id"],
            name="fk_camera_leases_camera_id_cameras",
            ondelete="CASCADE",
        ),
    )


def _create_recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("camera_id", sa.Uuid(), nullable=True),
        sa.Column("camera_key", sa.String(63), nullable=False),
        sa.Column("requested_by", sa.String(64), nullable=False),
        _choice("state", "recording", "storing", "ready", "interrupted", "failed"),
        sa.Column("detail", sa.Text(), nullable=True),
        _time("started_at"),
        _time("ended_at", nullable=True),
        sa.Column("max_s", sa.Double(), nullable=False),
        sa.Column("epoch", sa.String(26), nullable=True),
        sa.Column("from_pts_90k", sa.BigInteger(), nullable=True),
        sa.Column("to_pts_90k", sa.BigInteger(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.id"],
            name="fk_recordings_camera_id_cameras",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_recordings_camera_id_started_at", "recordings", ["camera_id", "started_at"])
    op.create_index("ix_recordings_state", "recordings", ["state"])


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _flag(name: str, *, default: bool) -> sa.Column[object]:
    value = sa.true() if default else sa.false()
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=value)


def _choice(name: str, *values: str, default: str | None = None) -> sa.Column[object]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=False, server_default=default)
