"""The tables. Names and keys are fixed by the product's contracts: add to them, never rename."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from sentinel_core.adapters.sql.types import UtcDateTime, enum_of
from sentinel_core.domain.cameras import CameraStatus, LiveViewMode, RtspTransport
from sentinel_core.domain.incidents import Condition, Handling, Priority
from sentinel_core.domain.recordings import RecordingState
from sentinel_core.domain.site_time import UTC_NAME
from sentinel_core.domain.users import Role

KEY_LENGTH = 63

_IS_ACTIVE = sa.text("condition = 'active'")
_IS_AT_A_PLACE = sa.text("place IS NOT NULL")
_IS_DUPLICATE = sa.text("duplicate_of IS NOT NULL")
_CLUSTERED = {"sqlite_with_rowid": False}
"""SQLite stores the rows in the primary key's own tree, which a tenth less of file holds."""


class JobStatus(StrEnum):
    """How far a training job has come."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Base(DeclarativeBase):
    """Named constraints, so that a migration can find them on every database."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        UUID: sa.Uuid(),
        float: sa.Double(),
        dict[str, Any]: sa.JSON(none_as_null=True),
        list[Any]: sa.JSON(),
    }


class CameraRow(Base):
    """A configured source; `rtsp_url` is encrypted."""

    __tablename__ = "cameras"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.Text)
    rtsp_url: Mapped[str] = mapped_column(sa.Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    status: Mapped[CameraStatus] = mapped_column(enum_of(CameraStatus, "status"))
    enabled: Mapped[bool]
    is_demo: Mapped[bool]
    sample_fps: Mapped[float]
    live_view: Mapped[LiveViewMode] = mapped_column(enum_of(LiveViewMode, "live_view"))
    rtsp_transport: Mapped[RtspTransport] = mapped_column(enum_of(RtspTransport, "rtsp_transport"))
    loops: Mapped[bool]
    motion_gating: Mapped[bool]
    privacy_masks: Mapped[list[Any]]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CameraInstanceRow(Base):
    """A running camera-service; one whose heartbeat is old is gone."""

    __tablename__ = "camera_instances"

    instance_id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    address: Mapped[str] = mapped_column(sa.Text)
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]


class CameraLeaseRow(Base):
    """Which instance reads a camera; `fence` grows with each change of the holder."""

    __tablename__ = "camera_leases"

    camera_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True
    )
    instance_id: Mapped[str | None] = mapped_column(sa.String(KEY_LENGTH))
    fence: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[datetime]
    resume_90k: Mapped[int] = mapped_column(sa.BigInteger)


class RecordingRow(Base):
    """A recording that a person asked for; its video is an object."""

    __tablename__ = "recordings"
    __table_args__ = (
        sa.Index("ix_recordings_camera_id_started_at", "camera_id", "started_at"),
        sa.Index("ix_recordings_state", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    camera_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("cameras.id", ondelete="SET NULL"))
    camera_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    requested_by: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[RecordingState] = mapped_column(enum_of(RecordingState, "state"))
    detail: Mapped[str | None] = mapped_column(sa.Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    max_s: Mapped[float]
    epoch: Mapped[str | None] = mapped_column(sa.String(26))
    from_pts_90k: Mapped[int | None] = mapped_column(sa.BigInteger)
    to_pts_90k: Mapped[int | None] = mapped_column(sa.BigInteger)
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    object_key: Mapped[str | None] = mapped_column(sa.Text)


class ZoneSetRow(Base):
    """One version of a camera's zones; all versions are kept while the camera is."""

    __tablename__ = "zone_sets"

    camera_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class DetectionEventRow(Base):
    """That an event was stored, so that it is not stored twice.

    The time leads the key, as in `detections`: an event's time never changes, inserts stay
    local, and old rows are dropped by time.
    """

    __tablename__ = "detection_events"
    __table_args__ = (_CLUSTERED,)

    timestamp: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)


class DetectionRow(Base):
    """A detection that is kept; `camera_id` is null once its camera is removed."""

    __tablename__ = "detections"
    __table_args__ = (
        sa.Index("ix_detections_camera_id_timestamp_id", "camera_id", "timestamp", "id"),
        sa.Index(
            "ix_detections_incident_id",
            "incident_id",
            sqlite_where=sa.text("incident_id IS NOT NULL"),
            postgresql_where=sa.text("incident_id IS NOT NULL"),
        ),
        _CLUSTERED,
    )

    timestamp: Mapped[datetime] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    camera_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("cameras.id", ondelete="SET NULL"))
    class_name: Mapped[str] = mapped_column(sa.String(64))
    confidence: Mapped[float]
    is_anomaly: Mapped[bool]
    image_path: Mapped[str | None] = mapped_column(sa.Text)
    track_id: Mapped[int] = mapped_column(sa.BigInteger)
    bbox: Mapped[list[Any]]
    event_id: Mapped[UUID]
    pts_90k: Mapped[int] = mapped_column(sa.BigInteger)
    stream_epoch: Mapped[str] = mapped_column(sa.String(32))
    incident_id: Mapped[UUID | None]
    model_version: Mapped[str] = mapped_column(sa.String(64))


class TrackRow(Base):
    """One object, from its first detection to its last.

    `kept_second`: media second of the newest detection that was kept.
    """

    __tablename__ = "tracks"
    __table_args__ = (
        sa.Index("ix_tracks_camera_key_first_seen", "camera_key", "first_seen"),
        _CLUSTERED,
    )

    camera_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    stream_epoch: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    track_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    class_name: Mapped[str] = mapped_column(sa.String(64))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    first_pts_90k: Mapped[int] = mapped_column(sa.BigInteger)
    last_pts_90k: Mapped[int] = mapped_column(sa.BigInteger)
    kept_second: Mapped[int] = mapped_column(sa.BigInteger)
    n: Mapped[int]


class MinuteCountRow(Base):
    """What a camera saw in a minute: all detections, and the tracks that were there."""

    __tablename__ = "minute_counts"
    __table_args__ = (_CLUSTERED,)

    camera_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    class_name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    detections: Mapped[int]
    tracks: Mapped[int]


class FlowMinuteRow(Base):
    """One message of `events.flow`: a minute, or a part of one that was interrupted."""

    __tablename__ = "flow_minutes"

    camera_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


class LaneNormalityRow(Base):
    """What is usual in a zone at an hour of the week; see `NormalityCell`."""

    __tablename__ = "lane_normality"
    __table_args__ = (_CLUSTERED,)

    camera_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shape: Mapped[str] = mapped_column(sa.String(32))
    minutes: Mapped[int]
    speed_minutes: Mapped[int]
    days: Mapped[int]
    last_day: Mapped[date]
    speed_mean: Mapped[float]
    speed_variance: Mapped[float]
    free_speed_mean: Mapped[float]
    fullness_mean: Mapped[float]
    fullness_variance: Mapped[float]
    timezone: Mapped[str] = mapped_column(sa.String(64), server_default=UTC_NAME)


class IncidentRow(Base):
    """An incident. Its camera may be gone: the key refers to nothing.

    `search_text`: case-folded words that a person would search by.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        sa.Index(
            "uq_incidents_active",
            "camera_key",
            "type",
            "key",
            unique=True,
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        sa.Index(
            "ix_incidents_active_alarm_at_id",
            "alarm_at",
            "id",
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        sa.Index("ix_incidents_alarm_at_id", "alarm_at", "id"),
        sa.Index("ix_incidents_camera_key_alarm_at_id", "camera_key", "alarm_at", "id"),
        sa.Index("ix_incidents_handling_alarm_at_id", "handling", "alarm_at", "id"),
        sa.Index(
            "ix_incidents_place_type_started_at",
            "place",
            "type",
            "started_at",
            sqlite_where=_IS_AT_A_PLACE,
            postgresql_where=_IS_AT_A_PLACE,
        ),
        sa.Index(
            "ix_incidents_duplicate_of",
            "duplicate_of",
            sqlite_where=_IS_DUPLICATE,
            postgresql_where=_IS_DUPLICATE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    camera_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    type: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str] = mapped_column(sa.String(128))
    zone_id: Mapped[UUID | None]
    zone_name: Mapped[str | None] = mapped_column(sa.Text)
    rule_version: Mapped[int]
    zone_version: Mapped[int]
    stream_epoch: Mapped[str] = mapped_column(sa.String(32))
    start_pts_90k: Mapped[int] = mapped_column(sa.BigInteger)
    started_at: Mapped[datetime]
    alarm_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    condition: Mapped[Condition] = mapped_column(enum_of(Condition, "condition"))
    end_reason: Mapped[str | None] = mapped_column(sa.String(32))
    severity: Mapped[float]
    priority: Mapped[Priority] = mapped_column(enum_of(Priority, "priority"))
    track_ids: Mapped[list[Any]]
    explain: Mapped[list[Any]]
    evidence: Mapped[dict[str, Any]]
    model_version: Mapped[str] = mapped_column(sa.String(64))
    place: Mapped[str | None] = mapped_column(sa.String(KEY_LENGTH))
    duplicate_of: Mapped[UUID | None]
    search_text: Mapped[str] = mapped_column(sa.Text)
    handling: Mapped[Handling] = mapped_column(enum_of(Handling, "handling"))
    handled_by: Mapped[str | None] = mapped_column(sa.Text)
    handled_at: Mapped[datetime | None]


class IncidentTurnRow(Base):
    """A place and a type of incident: who writes the row decides, until the commit, about both."""

    __tablename__ = "incident_turns"
    __table_args__ = (_CLUSTERED,)

    place: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    type: Mapped[str] = mapped_column(sa.String(64), primary_key=True)


class IncidentTransitionRow(Base):
    """One message of `events.incidents`, whole in `document`; the rest is there to be searched."""

    __tablename__ = "incident_transitions"
    __table_args__ = (
        sa.Index("ix_incident_transitions_timestamp_event_id", "timestamp", "event_id"),
        sa.Index(
            "ix_incident_transitions_camera_key_timestamp_event_id",
            "camera_key",
            "timestamp",
            "event_id",
        ),
        sa.Index("ix_incident_transitions_incident_id_timestamp", "incident_id", "timestamp"),
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(
        # Checked at the commit: the transition is what says whether the incident must change.
        sa.ForeignKey("incidents.id", deferrable=True, initially="DEFERRED")
    )
    camera_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    type: Mapped[str] = mapped_column(sa.String(64))
    transition: Mapped[str] = mapped_column(sa.String(32))
    timestamp: Mapped[datetime]
    document: Mapped[dict[str, Any]]


class AnnotationRow(Base):
    """A person's verdict. No constraint to `detections`, whose old days are dropped whole."""

    __tablename__ = "annotations"
    __table_args__ = (
        sa.Index("ix_annotations_is_verified_created_at", "is_verified", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    detection_id: Mapped[UUID | None] = mapped_column(index=True)
    image_path: Mapped[str | None] = mapped_column(sa.Text)
    label: Mapped[str | None] = mapped_column(sa.String(64))
    is_verified: Mapped[bool]
    created_at: Mapped[datetime]


class JobRow(Base):
    """A training job."""

    __tablename__ = "jobs"

    job_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    status: Mapped[JobStatus] = mapped_column(enum_of(JobStatus, "status"))
    dataset_size: Mapped[int | None]
    result_map: Mapped[float | None]
    model_version: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]


class UserRow(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    password_hash: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]
    disabled: Mapped[bool]


class SessionRow(Base):
    """A family of refresh tokens."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked: Mapped[bool]


class AuditRow(Base):
    """Who changed what."""

    __tablename__ = "audit_log"
    __table_args__ = (sa.Index("ix_audit_log_at_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(sa.Text)
    action: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.Text)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    origin: Mapped[str | None] = mapped_column(sa.Text)


class ConsumerOffsetRow(Base):
    """Next offset a consumer reads of a partition."""

    __tablename__ = "consumer_offsets"

    consumer: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(249), primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_offset: Mapped[int] = mapped_column(sa.BigInteger)
