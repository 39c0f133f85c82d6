"""An incident: what a rule saw, and what people did about it.

Two columns that never mix: the rule owns `condition` (active, ended), people own `handling`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sentinel_core.domain.errors import Conflict


class IncidentType(StrEnum):
    """The rules that exist."""

    CONGESTION = "congestion"
    QUEUE = "queue"
    STOPPED_VEHICLE = "stopped_vehicle"
    WRONG_WAY = "wrong_way"
    PEDESTRIAN_ON_ROAD = "pedestrian_on_road"
    LOITERING = "loitering"
    ILLEGAL_U_TURN = "illegal_u_turn"
    NEAR_MISS = "near_miss"
    COLLISION = "collision"
    SPEEDING = "speeding"
    CROWDING = "crowding"
    ABANDONED_OBJECT = "abandoned_object"
    CAMERA_TAMPER = "camera_tamper"


class Priority(StrEnum):
    """How soon a person must look. Highest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Condition(StrEnum):
    """By the rule."""

    ACTIVE = "active"
    ENDED = "ended"


class Transition(StrEnum):
    """What a message on `events.incidents` says."""

    OPENED = "opened"
    UPDATED = "updated"
    ENDED = "ended"
    EVIDENCE_COMPLETE = "evidence_complete"


class EndReason(StrEnum):
    """Why a condition ended."""

    CLEARED = "cleared"
    PASSED = "passed"
    """It was a moment, over when it was seen: a near miss, a U-turn."""
    STREAM_LOST = "stream_lost"
    RESTARTED = "restarted"
    ZONE_CHANGED = "zone_changed"
    SUSPENDED = "suspended"
    """The camera has moved or sees nothing: its zones mean nothing until it is back."""


class Handling(StrEnum):
    """By people."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"


class HandlingAction(StrEnum):
    """What a person can do with an incident; the words of the API's routes."""

    ACK = "ack"
    TAKE = "take"
    RESOLVE = "resolve"
    FALSE_ALARM = "false-alarm"
    REOPEN = "reopen"


OPEN_HANDLINGS = frozenset({Handling.NEW, Handling.ACKNOWLEDGED, Handling.IN_PROGRESS})

_ALLOWED: Mapping[HandlingAction, tuple[frozenset[Handling], Handling]] = {
    HandlingAction.ACK: (frozenset({Handling.NEW}), Handling.ACKNOWLEDGED),
    HandlingAction.TAKE: (
        frozenset({Handling.NEW, Handling.ACKNOWLEDGED}),
        Handling.IN_PROGRESS,
    ),
    HandlingAction.RESOLVE: (OPEN_HANDLINGS, Handling.RESOLVED),
    HandlingAction.FALSE_ALARM: (OPEN_HANDLINGS, Handling.FALSE_ALARM),
    HandlingAction.REOPEN: (
        frozenset({Handling.RESOLVED, Handling.FALSE_ALARM}),
        Handling.NEW,
    ),
}

TYPE_PRIORITIES: Mapping[IncidentType, Priority] = {
    IncidentType.COLLISION: Priority.HIGH,
    IncidentType.WRONG_WAY: Priority.HIGH,
    IncidentType.PEDESTRIAN_ON_ROAD: Priority.HIGH,
    IncidentType.CAMERA_TAMPER: Priority.HIGH,
    IncidentType.STOPPED_VEHICLE: Priority.MEDIUM,
    IncidentType.CONGESTION: Priority.MEDIUM,
    IncidentType.QUEUE: Priority.MEDIUM,
    IncidentType.NEAR_MISS: Priority.MEDIUM,
    IncidentType.ABANDONED_OBJECT: Priority.MEDIUM,
    IncidentType.CROWDING: Priority.MEDIUM,
    IncidentType.ILLEGAL_U_TURN: Priority.LOW,
    IncidentType.SPEEDING: Priority.LOW,
    IncidentType.LOITERING: Priority.LOW,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One condition of a rule: what was measured against which threshold, true since when."""

    condition: str
    measured: float
    threshold: float
    unit: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Object keys, known before the objects are there.

    Attributes:
        clip: None once it is known that there is none.
        manifest: Known once it is written, as the last of all.
        has_pictures: Both pictures are stored; the clip may still be to come.
        complete: The manifest is written; what has a key now is there.
    """

    snapshot: str | None = None
    snapshot_boxes: str | None = None
    clip: str | None = None
    manifest: str | None = None
    has_pictures: bool = False
    complete: bool = False

    @property
    def has_snapshot(self) -> bool:
        """Whether the pictures can be read."""
        return self.snapshot is not None and (self.has_pictures or self.complete)

    @property
    def has_clip(self) -> bool:
        """Whether the clip can be read."""
        return self.clip is not None and self.complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """The incident as stored: the rule's side, then the people's side.

    Attributes:
        key: What the rule watches: a zone's id, `track:<id>`, `tracks:<a>-<b>` (two road users),
            `place:<x>,<y>` or a fault of the camera; at most one incident is active per (camera,
            type, key).
        started_at: When the condition began, back-dated from `alarm_at`.
        severity: Peak, 0..10.
        place: Name of a place that several cameras see (`Zone.place`).
        duplicate_of: The incident of another camera that is the same event at the same place.
    """

    id: UUID
    camera_key: str
    type: IncidentType
    key: str
    zone_id: UUID | None
    zone_name: str | None
    rule_version: int
    zone_version: int
    stream_epoch: str
    start_pts_90k: int
    started_at: datetime
    alarm_at: datetime
    ended_at: datetime | None = None
    condition: Condition = Condition.ACTIVE
    end_reason: EndReason | None = None
    severity: float
    priority: Priority
    track_ids: tuple[int, ...] = ()
    explain: tuple[Explanation, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    model_version: str
    place: str | None = None
    duplicate_of: UUID | None = None
    handling: Handling = Handling.NEW
    handled_by: str | None = None
    handled_at: datetime | None = None


DUPLICATE_WITHIN_S = 30.0
"""Cameras that see one event raise their alarms within so many seconds of each other."""


def first_sight(seen: Iterable[Incident], camera_key: str, started_at: datetime) -> Incident | None:
    """Of what other cameras saw at the same place, the incident that is the same event.

    It began within 30 s, or went on when this one began. Of several the one that began closest
    to it, then the earlier, then the lower id.
    """
    candidates = [
        incident
        for incident in seen
        if incident.camera_key != camera_key and _goes_on_at(incident, started_at)
    ]
    return min(
        candidates,
        key=lambda other: (abs(other.started_at - started_at), other.started_at, other.id),
        default=None,
    )


def _goes_on_at(incident: Incident, moment: datetime) -> bool:
    if abs(incident.started_at - moment) <= timedelta(seconds=DUPLICATE_WITHIN_S):
        return True
    return incident.started_at <= moment and (
        incident.ended_at is None or moment <= incident.ended_at
    )


def next_handling(current: Handling, action: HandlingAction) -> Handling:
    """Where `action` leads.

    Raises:
        Conflict: The action makes no sense in the present state.
    """
    allowed_from, target = _ALLOWED[action]
    if current not in allowed_from:
        raise Conflict(
            f"an incident that is {current.replace('_', ' ')} cannot be changed by {action}"
        )
    return target


def allowed_actions(current: Handling) -> tuple[HandlingAction, ...]:
    """What a person can do now, in the order of the buttons."""
    return tuple(action for action, (source, _) in _ALLOWED.items() if current in source)
