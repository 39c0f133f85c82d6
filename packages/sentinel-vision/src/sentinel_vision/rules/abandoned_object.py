"""Abandoned object: a thing that somebody has put down and left.

The detector knows no bags. What counts is a small part of the picture that was not there before,
stands still, came while a person was near, and has no person near it any more.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

import numpy as np
from pydantic import Field

from sentinel_core.domain.incidents import EndReason, Incident, IncidentType
from sentinel_core.domain.zones import ZoneType
from sentinel_vision.detection.classes import PERSON
from sentinel_vision.rules.case import Case, IncidentChange, Measurement, Reading
from sentinel_vision.rules.geometry import Floats
from sentinel_vision.rules.incident_book import IncidentBook, Subject
from sentinel_vision.rules.parameters import RuleParameters, parameter
from sentinel_vision.rules.scene import Instant, Pace, SceneFrame, seconds_between
from sentinel_vision.rules.static_blobs import Blob, Indices, StaticBlobs
from sentinel_vision.rules.things import Seen, is_covered, luma_boxes, overlap, source_box
from sentinel_vision.rules.view import View, ZoneLayout

LOOK_EVERY_S: Final = 1.0
OWNER_BEFORE_S, OWNER_AFTER_S = 5.0, 3.0
"""Who was near in this time about the moment when the thing came has put it down."""

MEMORY_S: Final = 90.0
SETTLED_S: Final = 120.0
"""What stands for so long and is no thing that somebody left belongs to the place."""

_THERE: Final = 0.5
_LEAST_FILL: Final = 0.35
_SEVERITY, _MOST_SEVERE = 5.0, 8.0


class AbandonedObjectParameters(RuleParameters):
    """A thing that somebody has put down and left. Finds it by its pixels: no class is a bag."""

    rule: ClassVar[IncidentType] = IncidentType.ABANDONED_OBJECT
    zone_types: ClassVar[frozenset[ZoneType]] = frozenset()
    needs_pixels: ClassVar[bool] = True

    enabled: bool = Field(
        default=False,
        strict=True,
        description="Whether the rule looks at this camera: few cameras are for it.",
        json_schema_extra={"unit": ""},
    )
    on_s: float = parameter(60.0, "s", (10.0, 3600.0), "Nobody was near it for so long.")
    off_s: float = parameter(
        5.0, "s", (1.0, 600.0), "It ends when it was gone, or somebody near it, for so long."
    )
    near_m: float = parameter(3.0, "m", (0.5, 20.0), "Calibrated: a person within this is near.")
    near_heights: float = parameter(
        1.5, "heights", (0.3, 10.0), "Uncalibrated: near is within so many heights of the person."
    )
    least_area: float = parameter(
        0.0005, "of picture", (0.0001, 0.01), "A smaller blob is no thing."
    )
    most_area: float = parameter(
        0.02, "of picture", (0.001, 0.2), "A larger blob is no thing that one carries."
    )


@dataclass(slots=True, kw_only=True)
class _Thing:
    """What somebody has put down.

    Attributes:
        pixels: See `Blob.pixels`.
        box: In pixels of the source.
        came: When it was put down.
    """

    case: Case
    pixels: Indices
    box: Floats
    came: Instant


class AbandonedObjectRule:
    """Watches the whole picture, but for ignored zones and what boxes explain."""

    def __init__(self, book: IncidentBook, layout: ZoneLayout) -> None:
        self._book = book
        self._blobs = StaticBlobs()
        self._things: list[_Thing] = []
        self._seen: deque[Seen] = deque()
        self._pace = Pace(LOOK_EVERY_S)
        self._looked: Instant | None = None
        self.arrange(layout, frozenset())

    def arrange(self, layout: ZoneLayout, kept: frozenset[UUID]) -> None:
        """Look at the picture by these parameters."""
        del kept
        self._parameters = AbandonedObjectParameters.for_camera(layout.zone_set)
        self._layout = layout
        self._ignored = layout.columns(ZoneType.IGNORE)
        self._unit = "heights" if layout.ground is None else "m"

    def resume(self, incident: Incident) -> bool:
        """What the picture was before the thing came is not known any more."""
        del incident
        return False

    def enter_epoch(self, at: datetime, scene: SceneFrame | None) -> list[IncidentChange]:
        """Things stay where they are."""
        del at, scene
        return []

    def watch(self, view: View) -> list[IncidentChange]:
        """Take in one frame; where the picture is in doubt nothing is learned of it."""
        chosen, luma = self._parameters, view.scene.luma
        if chosen is None or luma is None or view.findings.is_doubtful:
            return []
        if not self._pace.is_due(view.now.observed_s):
            return []
        elapsed_s = seconds_between(self._looked, view.now) if self._looked else 0.0
        self._looked = view.now
        self._blobs.update(luma, elapsed_s)
        self._note(view)
        changes = [
            thing.case.step(view.now, view.scene, self._read(thing, view, chosen))
            for thing in self._things
        ]
        self._things = [thing for thing in self._things if self._is_there(thing)]
        self._find(view, chosen)
        return [change for change in changes if change is not None]

    def end(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End all incidents and learn the background anew."""
        changes = [thing.case.end(reason, at, scene) for thing in self._things]
        self._things, self._looked = [], None
        self._seen.clear()
        self._blobs.reset()
        self._pace.reset()
        return [change for change in changes if change is not None]

    def end_changed(
        self, kept: frozenset[UUID], at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        """End what lies in what is ignored by now, or all where the rule is off."""
        del kept
        gone = [thing for thing in self._things if self._is_ignored(thing.box, scene)]
        self._things = [thing for thing in self._things if thing not in gone]
        changes = [thing.case.end(EndReason.ZONE_CHANGED, at, scene) for thing in gone]
        return [change for change in changes if change is not None]

    def _note(self, view: View) -> None:
        found = view.scene.detections
        boxes, is_person = found.boxes.astype(np.float64), found.class_ids == PERSON
        self._seen.append(Seen(view.now, boxes[is_person], boxes[~is_person]))
        while seconds_between(self._seen[0].at, view.now) > MEMORY_S:
            self._seen.popleft()

    def _find(self, view: View, chosen: AbandonedObjectParameters) -> None:
        for blob in self._blobs.find(luma_boxes(self._seen[-1], view.scene)):
            box = source_box(blob, view.scene)
            if any(overlap(box, thing.box) > 0.0 for thing in self._things):
                continue
            came = self._instant_before(view.now, blob.age_s)
            if self._is_thing(blob, box, came, view, chosen):
                thing = self._new_thing(blob, box, came, view.scene, chosen)
                self._recall(thing, view.scene, chosen)
                self._things.append(thing)
            elif blob.edge <= 0.0 or blob.age_s >= SETTLED_S:
                self._blobs.absorb(blob.pixels)

    def _is_thing(
        self,
        blob: Blob,
        box: Floats,
        came: Instant,
        view: View,
        chosen: AbandonedObjectParameters,
    ) -> bool:
        share = len(blob.pixels) / _size_of(view.scene)
        fill = len(blob.pixels) / max(1, _area(blob.box))
        if not chosen.least_area <= share <= chosen.most_area or fill < _LEAST_FILL:
            return False
        if blob.edge <= 0.0 or self._is_ignored(box, view.scene):
            return False
        around = [
            seen
            for seen in self._seen
            if -OWNER_BEFORE_S <= seconds_between(came, seen.at) <= OWNER_AFTER_S
        ]
        if any(is_covered(box, seen.others) for seen in around):
            return False
        limit = self._limit(chosen)
        return any(self._nearest(box, seen.persons, view.scene) <= limit for seen in around)

    def _new_thing(
        self,
        blob: Blob,
        box: Floats,
        came: Instant,
        scene: SceneFrame,
        chosen: AbandonedObjectParameters,
    ) -> _Thing:
        x, y = (box[0] + box[2]) / 2.0 / scene.width, box[3] / scene.height
        subject = Subject(
            type=IncidentType.ABANDONED_OBJECT,
            rule_version=chosen.version,
            key=f"place:{x:.2f},{y:.2f}",
            zone=None,
        )
        case = Case(self._book, subject, chosen.timing)
        return _Thing(case=case, pixels=blob.pixels, box=box, came=came)

    def _recall(self, thing: _Thing, scene: SceneFrame, chosen: AbandonedObjectParameters) -> None:
        """Who was near from when it came to now, while it was no more than a blob."""
        limit = self._limit(chosen)
        for seen in self._seen:
            if seconds_between(thing.came, seen.at) >= 0.0:
                is_near = self._nearest(thing.box, seen.persons, scene) <= limit
                thing.case.machine.step(seen.at, met=not is_near, cleared=is_near, may_open=False)

    def _read(self, thing: _Thing, view: View, chosen: AbandonedObjectParameters) -> Reading:
        seen, scene = self._seen[-1], view.scene
        share = self._blobs.share_there(thing.pixels)
        x1, y1, x2, y2 = thing.box.tolist()
        box = (x1 / scene.width, y1 / scene.height, x2 / scene.width, y2 / scene.height)
        if share < _THERE:
            is_hidden = is_covered(thing.box, seen.others) or is_covered(thing.box, seen.persons)
            return Reading(
                met=None if is_hidden else False, cleared=None if is_hidden else True, box=box
            )
        nearest = self._nearest(thing.box, seen.persons, scene)
        is_near = nearest <= self._limit(chosen)
        alone_s = seconds_between(thing.case.machine.started or view.now, view.now)
        return Reading(
            met=not is_near,
            cleared=is_near,
            severity=min(_MOST_SEVERE, _SEVERITY + max(0.0, alone_s - chosen.on_s) / 120.0),
            explain=partial(self._explain, thing, view, chosen, nearest),
            box=box,
        )

    def _explain(
        self, thing: _Thing, view: View, chosen: AbandonedObjectParameters, nearest: float
    ) -> tuple[Measurement, ...]:
        alone_s = seconds_between(thing.case.machine.started or view.now, view.now)
        size = len(thing.pixels) / _size_of(view.scene)
        entries = [
            ("nobody near for", alone_s, chosen.on_s, "s"),
            ("nearest person", nearest, self._limit(chosen), self._unit),
            ("pixels that are new and stand still", size, chosen.least_area, "of picture"),
            ("stands there for", seconds_between(thing.came, view.now), chosen.on_s, "s"),
        ]
        return tuple(
            Measurement(condition=name, measured=measured, threshold=threshold, unit=unit)
            for name, measured, threshold, unit in entries
            if np.isfinite(measured)
        )

    def _is_there(self, thing: _Thing) -> bool:
        is_seen = self._blobs.share_there(thing.pixels) >= _THERE
        return is_seen or thing.case.machine.is_busy

    def _limit(self, chosen: AbandonedObjectParameters) -> float:
        return chosen.near_heights if self._unit == "heights" else chosen.near_m

    def _nearest(self, box: Floats, persons: Floats, scene: SceneFrame) -> float:
        """Distance between where the thing and the nearest person stand; inf without a person."""
        if not len(persons):
            return np.inf
        feet = np.column_stack([(persons[:, 0] + persons[:, 2]) / 2.0, persons[:, 3]])
        place = np.array([[(box[0] + box[2]) / 2.0, box[3]]])
        if self._layout.ground is None:
            heights = np.maximum(persons[:, 3] - persons[:, 1], 1.0)
            return float((np.hypot(*(feet - place).T) / heights).min())
        size = np.array([scene.width, scene.height])
        ways = self._layout.ground.to_metres(feet / size) - self._layout.ground.to_metres(
            place / size
        )
        return float(np.hypot(*ways.T).min())

    def _is_ignored(self, box: Floats, scene: SceneFrame | None) -> bool:
        if self._parameters is None or scene is None:
            return True
        foot = np.array([[(box[0] + box[2]) / 2.0 / scene.width, box[3] / scene.height]])
        return bool(self._layout.polygons.contain(foot)[0, self._ignored].any())

    def _instant_before(self, now: Instant, seconds: float) -> Instant:
        """The look nearest to so many seconds ago."""
        return min(
            (seen.at for seen in self._seen),
            key=lambda at: abs(seconds_between(at, now) - seconds),
            default=now,
        )


def _size_of(scene: SceneFrame) -> int:
    return 1 if scene.luma is None else scene.luma.size


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
