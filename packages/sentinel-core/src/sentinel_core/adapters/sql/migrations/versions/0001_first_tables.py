"""Make the first tables.

A migration never changes once it is released, so it names plain column types and nothing of the
models.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES_BY_DEPENDENCE = (
    "zone_sets",
    "sessions",
    "incident_transitions",
    "detections",
    "detection_events",
    "tracks",
    "minute_counts",
    "incidents",
    "annotations",
    "jobs",
    "users",
    "audit_log",
    "consumer_offsets",
    "cameras",
)


def upgrade() -> None:
    _create_cameras()
    _create_zone_sets()
    _create_detections()
    _create_detection_summaries()
    _create_incidents()
    _index_incidents()
    _create_incident_transitions()
    _create_learning()
    _create_users()
    _create_audit_log()
    _create_consumer_offsets()


def downgrade() -> None:
    for table in _TABLES_BY_DEPENDENCE:
        op.drop_table(table)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _choice(name: str, values: Sequence[str]) -> sa.Column[object]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, kind, nullable=False)


def _create_cameras() -> None:
    op.create_table(
        "cameras",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(63), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rtsp_url", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        _choice("status", ("online", "offline", "alert")),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("sample_fps", sa.Double(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_cameras"),
        sa.UniqueConstraint("key", name="uq_cameras_key"),
    )


def _create_zone_sets() -> None:
    op.create_table(
        "zone_sets",
        sa.Column("camera_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("camera_id", "version", name="pk_zone_sets"),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.id"],
            name="fk_zone_sets_camera_id_cameras",
            ondelete="CASCADE",
        ),
    )


def _create_detections() -> None:
    op.create_table(
        "detection_events",
        _time("timestamp"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("timestamp", "event_id", name="pk_detection_events"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "detections",
        _time("timestamp"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("camera_id", sa.Uuid()),
        sa.Column("class_name", sa.String(64), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("is_anomaly", sa.Boolean(), nullable=False),
        sa.Column("image_path", sa.Text()),
        sa.Column("track_id", sa.BigInteger(), nullable=False),
        sa.Column("bbox", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("pts_90k", sa.BigInteger(), nullable=False),
        sa.Column("stream_epoch", sa.String(32), nullable=False),
        sa.Column("incident_id", sa.Uuid()),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("timestamp", "id", name="pk_detections"),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.id"],
            name="fk_detections_camera_id_cameras",
            ondelete="SET NULL",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_detections_camera_id_timestamp_id", "detections", ["camera_id", "timestamp", "id"]
    )
    of_incidents = sa.text("incident_id IS NOT NULL")
    op.create_index(
        "ix_detections_incident_id",
        "detections",
        ["incident_id"],
        sqlite_where=of_incidents,
        postgresql_where=of_incidents,
    )


def _create_detection_summaries() -> None:
    op.create_table(
        "tracks",
        sa.Column("camera_key", sa.String(63), nullable=False),
        sa.Column("stream_epoch", sa.String(32), nullable=False),
        sa.Column("track_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("class_name", sa.String(64), nullable=False),
        _time("first_seen"),
        _time("last_seen"),
        sa.Column("first_pts_90k", sa.BigInteger(), nullable=False),
        sa.Column("last_pts_90k", sa.BigInteger(), nullable=False),
        sa.Column("kept_second", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("camera_key", "stream_epoch", "track_id", name="pk_tracks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tracks_camera_key_first_seen", "tracks", ["camera_key", "first_seen"])
    op.create_table(
        "minute_counts",
        sa.Column("camera_key", sa.String(63), nullable=False),
        _time("minute"),
        sa.Column("class_name", sa.String(64), nullable=False),
        sa.Column("detections", sa.Integer(), nullable=False),
        sa.Column("tracks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("camera_key", "minute", "class_name", name="pk_minute_counts"),
        sqlite_with_rowid=False,
    )


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("camera_key", sa.String(63), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("zone_id", sa.Uuid()),
        sa.Column("zone_name", sa.Text()),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("zone_version", sa.Integer(), nullable=False),
        sa.Column("stream_epoch", sa.String(32), nullable=False),
        sa.Column("start_pts_90k", sa.BigInteger(), nullable=False),
        _time("started_at"),
        _time("alarm_at"),
        _time("ended_at", nullable=True),
        _choice("condition", ("active", "ended")),
        sa.Column("end_reason", sa.String(32)),
        sa.Column("severity", sa.Double(), nullable=False),
        _choice("priority", ("high", "medium", "low")),
        sa.Column("track_ids", sa.JSON(), nullable=False),
        sa.Column("explain", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        _choice("handling", ("new", "acknowledged", "in_progress", "resolved", "false_alarm")),
        sa.Column("handled_by", sa.Text()),
        _time("handled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )


def _index_incidents() -> None:
    is_active = sa.text("condition = 'active'")
    op.create_index(
        "uq_incidents_active",
        "incidents",
        ["camera_key", "type", "key"],
        unique=True,
        sqlite_where=is_active,
        postgresql_where=is_active,
    )
    op.create_index(
        "ix_incidents_active_alarm_at_id",
        "incidents",
        ["alarm_at", "id"],
        sqlite_where=is_active,
        postgresql_where=is_active,
    )
    op.create_index("ix_incidents_alarm_at_id", "incidents", ["alarm_at", "id"])
    op.create_index(
        "ix_incidents_camera_key_alarm_at_id", "incidents", ["camera_key", "alarm_at", "id"]
    )
    op.create_index(
        "ix_incidents_handling_alarm_at_id", "incidents", ["handling", "alarm_at", "id"]
    )


def _create_incident_transitions() -> None:
    op.create_table(
        "incident_transitions",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("camera_key", sa.String(63), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("transition", sa.String(32), nullable=False),
        _time("timestamp"),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_incident_transitions"),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name="fk_incident_transitions_incident_id_incidents",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index(
        "ix_incident_transitions_timestamp_event_id",
        "incident_transitions",
        ["timestamp", "event_id"],
    )
    op.create_index(
        "ix_incident_transitions_camera_key_timestamp_event_id",
        "incident_transitions",
        ["camera_key", "timestamp", "event_id"],
    )
    op.create_index(
        "ix_incident_transitions_incident_id_timestamp",
        "incident_transitions",
        ["incident_id", "timestamp"],
    )


def _create_learning() -> None:
    op.create_table(
        "annotations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("detection_id", sa.Uuid()),
        sa.Column("image_path", sa.Text()),
        sa.Column("label", sa.String(64)),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_annotations"),
    )
    op.create_index("ix_annotations_detection_id", "annotations", ["detection_id"])
    op.create_index(
        "ix_annotations_is_verified_created_at", "annotations", ["is_verified", "created_at"]
    )
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.Text(), nullable=False),
        _choice("status", ("PENDING", "RUNNING", "SUCCEEDED", "FAILED")),
        sa.Column("dataset_size", sa.Integer()),
        sa.Column("result_map", sa.Double()),
        sa.Column("model_version", sa.String(64)),
        _time("created_at"),
        sa.PrimaryKeyConstraint("job_id", name="pk_jobs"),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        _choice("role", ("viewer", "operator", "engineer", "admin")),
        sa.Column("password_hash", sa.Text(), nullable=False),
        _time("created_at"),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        _time("created_at"),
        _time("expires_at"),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        _time("at"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("origin", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at_id", "audit_log", ["at", "id"])


def _create_consumer_offsets() -> None:
    op.create_table(
        "consumer_offsets",
        sa.Column("consumer", sa.String(128), nullable=False),
        sa.Column("topic", sa.String(249), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "partition", name="pk_consumer_offsets"),
    )
