"""The rule engine of one camera: frames in, incidents out. No clock, no I/O, no randomness."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sentinel_core.domain.incidents import EndReason, Incident, Transition
from sentinel_core.domain.media_clock import TICKS_PER_SECOND
from sentinel_core.domain.zones import ZoneSet
from sentinel_vision.rules.abandoned_object import AbandonedObjectRule
from sentinel_vision.rules.camera_tamper import CameraTamperRule
from sentinel_vision.rules.case import IncidentChange
from sentinel_vision.rules.collision import CollisionRule
from sentinel_vision.rules.congestion import CongestionRule
from sentinel_vision.rules.crowding import CrowdingRule
from sentinel_vision.rules.illegal_u_turn import IllegalUTurnRule
from sentinel_vision.rules.incident_book import IncidentBook
from sentinel_vision.rules.kinematics import DISPLACEMENT_S, Kinematics
from sentinel_vision.rules.loitering import LoiteringRule
from sentinel_vision.rules.near_miss import NearMissRule
from sentinel_vision.rules.normality import Normality
from sentinel_vision.rules.pedestrian_on_road import PedestrianOnRoadRule
from sentinel_vision.rules.picture import ViewReference
from sentinel_vision.rules.queue import QueueRule
from sentinel_vision.rules.rule import Rule
from sentinel_vision.rules.scene import Instant, SceneFrame
from sentinel_vision.rules.speeding import SpeedingRule
from sentinel_vision.rules.stopped_vehicle import StoppedVehicleRule
from sentinel_vision.rules.view import View, ZoneLayout, find_road_users
from sentinel_vision.rules.wrong_way import WrongWayRule

MAX_STEP_S: Final = 3.0
"""Frames further apart are a gap: no timer advances over it."""

EPOCH_GAP_S: Final = 5.0
"""What is watched by place survives a change of the stream epoch that takes no longer."""

WARM_UP_S: Final = 2.0


class RuleEngine:
    """All rules of one camera. Not thread-safe; every method returns at once.

    Feed it every inferred frame in order. The same frames always give the same incidents. Frames
    that are not newer than the last one are ignored.
    """

    def __init__(
        self,
        camera_key: str,
        zones: ZoneSet,
        model_version: str,
        resume: Sequence[Incident] = (),
    ) -> None:
        """Start watching.

        Args:
            camera_key: Goes into the incidents and their ids.
            zones: What to watch; parameters are in `Zone.rules`.
            model_version: Of the model whose boxes will come.
            resume: Incidents that an earlier run left active. Those of a zone that is still there
                go on, the others end with the first frame, reason `restarted`.

        Raises:
            InvalidInput: A zone's parameters or the calibration make no sense.
        """
        self._layout = ZoneLayout(zones)
        self._book = IncidentBook(camera_key, model_version, zones.version)
        self._kinematics = Kinematics(self._layout.ground)
        self._tamper = CameraTamperRule(self._book, self._layout)
        self._rules = (self._tamper, *_make_rules(self._book, self._layout))
        self._is_suspended = False
        self._last_scene: SceneFrame | None = None
        self._last: Instant | None = None
        self._view: View | None = None
        self._normality: Normality | None = None
        self._resume(resume)

    def active(self) -> tuple[Incident, ...]:
        """The incidents that are open, by their start."""
        return self._book.open_incidents()

    @property
    def layout(self) -> ZoneLayout:
        """The zones in force."""
        return self._layout

    @property
    def view(self) -> View | None:
        """What the rules saw in the last frame given to `update`; None where it was ignored."""
        return self._view

    @property
    def reference(self) -> ViewReference | None:
        """What the camera sees by the zones in force; None before it was taken or given."""
        return self._tamper.reference

    @property
    def lost_after_s(self) -> float | None:
        """Without a picture for so long the camera is lost; None where nobody wants to know."""
        return self._tamper.lost_after_s

    def use_reference(self, reference: ViewReference) -> None:
        """What the camera saw when the zones in force were drawn, as an earlier run kept it."""
        self._tamper.use_reference(reference)

    def renew_reference(self, at: datetime) -> list[IncidentChange]:
        """The camera reads another source: what it sees now is what it should see."""
        return self._tamper.renew_reference(at, self._last_scene)

    def use_model(self, model_version: str) -> None:
        """From now on the boxes come from another model."""
        self._book.model_version = model_version

    def use_normality(self, normality: Normality | None) -> None:
        """From now on rules may ask what is usual; None: nothing is known."""
        self._normality = normality

    def update(self, scene: SceneFrame) -> list[IncidentChange]:
        """Take in the next frame and say what it changed."""
        if self._is_stale(scene):
            self._view = None
            return []
        changes = self._enter_epoch(scene)
        elapsed_90k = self._elapsed_90k(scene)
        now = self._instant(scene, elapsed_90k)
        changes += self._end_abandoned(EndReason.RESTARTED, scene.captured_at, scene)
        if not elapsed_90k:
            self._kinematics.reset()
        view = self._look(scene, now, elapsed_90k / TICKS_PER_SECOND)
        self._view = view
        self._last_scene, self._last = scene, now
        return changes + self._watch(view)

    def lose_stream(self, at: datetime) -> list[IncidentChange]:
        """The camera is gone for longer than a hiccup: everything open ends, `stream_lost`.

        But for the incident that the camera is lost, which ends when a picture comes.
        """
        changes = self._tamper.lose_stream(at, self._last_scene)
        self._kinematics.reset()
        changes += self._end_abandoned(EndReason.STREAM_LOST, at, self._last_scene)
        for rule in self._rules[1:]:
            changes += rule.end(EndReason.STREAM_LOST, at, self._last_scene)
        return changes

    def miss_pictures(self, at: datetime) -> list[IncidentChange]:
        """No picture came for `lost_after_s`, though one should: the camera is lost."""
        if self._last is None:
            return []
        return self._tamper.miss(self._last, at, self._last_scene)

    def excuse_pictures(self, at: datetime) -> list[IncidentChange]:
        """Nobody wants pictures of this camera any more: it is not lost."""
        return self._tamper.end(EndReason.CLEARED, at, self._last_scene)

    def close(self, reason: EndReason, at: datetime) -> list[IncidentChange]:
        """End everything that is open, forget what was building up."""
        self._kinematics.reset()
        changes = self._end_abandoned(reason, at, self._last_scene)
        for rule in self._rules:
            changes += rule.end(reason, at, self._last_scene)
        return changes

    def replace_zones(self, zones: ZoneSet, at: datetime) -> list[IncidentChange]:
        """Watch other zones.

        A zone that did not change keeps its state; what is open in any other ends, reason
        `zone_changed`.

        Raises:
            InvalidInput: As the constructor; the old zones stay in force.
        """
        layout = ZoneLayout(zones)
        CameraTamperRule(self._book, layout)
        _make_rules(self._book, layout)
        kept = self._layout.unchanged_in(layout)
        if layout.zone_set.calibration != self._layout.zone_set.calibration:
            self._kinematics = Kinematics(layout.ground)
        self._layout, self._book.zone_version = layout, zones.version
        changes = []
        for rule in self._rules:
            rule.arrange(layout, kept)
            changes += rule.end_changed(kept, at, self._last_scene)
        return changes

    def _watch(self, view: View) -> list[IncidentChange]:
        """Let the rules look; none but the first where the camera does not see its zones."""
        self._book.is_held = False
        changes = self._tamper.watch(view)
        self._book.is_held = view.findings.is_doubtful
        if view.findings.is_blind:
            return changes + self._suspend(view)
        if self._is_suspended:
            self._is_suspended = False
            self._kinematics.reset()
            return changes
        for rule in self._rules[1:]:
            changes += rule.watch(view)
        return changes

    def _suspend(self, view: View) -> list[IncidentChange]:
        changes: list[IncidentChange] = []
        if not self._is_suspended:
            self._is_suspended = True
            for rule in self._rules[1:]:
                changes += rule.end(EndReason.SUSPENDED, view.now.captured_at, view.scene)
        return changes

    def _is_stale(self, scene: SceneFrame) -> bool:
        last = self._last
        return (
            last is not None
            and last.stream_epoch == scene.stream_epoch
            and scene.pts_90k <= last.pts_90k
        )

    def _enter_epoch(self, scene: SceneFrame) -> list[IncidentChange]:
        """Before the first frame of an epoch: end what does not survive the change."""
        last = self._last
        if last is None or last.stream_epoch == scene.stream_epoch:
            return []
        self._kinematics.reset()
        gap_s = (scene.captured_at - last.captured_at).total_seconds()
        if not 0.0 <= gap_s <= EPOCH_GAP_S:
            return self.lose_stream(last.captured_at)
        changes = []
        for rule in self._rules:
            changes += rule.enter_epoch(last.captured_at, self._last_scene)
        return changes

    def _elapsed_90k(self, scene: SceneFrame) -> int:
        """Watched ticks since the last frame; 0 over a gap."""
        last = self._last
        if last is None:
            return 0
        elapsed = scene.pts_90k - last.pts_90k
        return elapsed if 0 < elapsed <= MAX_STEP_S * TICKS_PER_SECOND else 0

    def _instant(self, scene: SceneFrame, elapsed_90k: int) -> Instant:
        before = 0 if self._last is None else self._last.observed_90k
        return Instant(
            observed_90k=before + elapsed_90k,
            stream_epoch=scene.stream_epoch,
            pts_90k=scene.pts_90k,
            captured_at=scene.captured_at,
        )

    def _look(self, scene: SceneFrame, now: Instant, elapsed_s: float) -> View:
        motion = self._kinematics.observe(scene, now)
        inside = self._layout.polygons.contain(motion.anchors)
        is_vehicle, is_person = find_road_users(motion, inside, self._layout)
        return View(
            scene=scene,
            now=now,
            before=self._kinematics.instant_before(now, DISPLACEMENT_S),
            elapsed_s=elapsed_s,
            is_warm=self._kinematics.watched_s(now) >= WARM_UP_S,
            motion=motion,
            inside=inside,
            is_vehicle=is_vehicle,
            is_person=is_person,
            normality=self._normality,
        )

    def _resume(self, incidents: Sequence[Incident]) -> None:
        self._book.abandoned = tuple(
            incident
            for incident in incidents
            if not any(rule.resume(incident) for rule in self._rules)
        )

    def _end_abandoned(
        self, reason: EndReason, at: datetime, scene: SceneFrame | None
    ) -> list[IncidentChange]:
        ended = self._book.end_abandoned(reason, at)
        return [IncidentChange(Transition.ENDED, incident, scene) for incident in ended]


def _make_rules(book: IncidentBook, layout: ZoneLayout) -> tuple[Rule, ...]:
    """All but camera tamper, in the order in which they are asked: what holds back comes first."""
    return (
        CongestionRule(book, layout),
        QueueRule(book, layout),
        StoppedVehicleRule(book, layout),
        WrongWayRule(book, layout),
        IllegalUTurnRule(book, layout),
        SpeedingRule(book, layout),
        NearMissRule(book, layout),
        CollisionRule(book, layout),
        PedestrianOnRoadRule(book, layout),
        LoiteringRule(book, layout),
        CrowdingRule(book, layout),
        AbandonedObjectRule(book, layout),
    )
