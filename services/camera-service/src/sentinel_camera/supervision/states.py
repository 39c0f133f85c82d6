"""The state of every camera, and its publication on `cameras.state`."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import msgspec
import structlog

from sentinel_camera.supervision.transitions import check_transition
from sentinel_core.contracts.generated.camera_state_event import (
    CameraHealthMessage,
    CameraStateEvent,
    ClockAnchorMessage,
)
from sentinel_core.contracts.topics import CAMERA_STATES
from sentinel_core.domain.cameras import CameraHealth, CameraState, SourceReason, SourceState
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.media_clock import ClockAnchor, format_utc
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.event_bus import EventBus

_log = structlog.get_logger(__name__)

_REPEAT_S = 10.0
"""Consumers that came late learn the states within this time."""
_RETRY_S = 1.0


class StateBoard:
    """Holds states; whoever changes one need not wait until it is published."""

    def __init__(self, bus: EventBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._states: dict[str, CameraState] = {}
        self._anchors: dict[str, ClockAnchor] = {}
        self._due: dict[str, CameraStateEvent] = {}
        self._wake = asyncio.Event()

    @property
    def states(self) -> Mapping[str, CameraState]:
        """Present states by camera key."""
        return dict(self._states)

    def update(
        self,
        camera_key: str,
        state: SourceState,
        reason: SourceReason | None = None,
        *,
        detail: str | None = None,
        fps: float | None = None,
    ) -> None:
        """Note a state; publishes it if anything is new.

        Raises:
            IllegalTransition: It cannot follow the one before, see `transitions`.
        """
        before = self._states.get(camera_key)
        check_transition(None if before is None else before.state, state, reason)
        now = self._clock.utc_now()
        if before is None:
            before = CameraState(
                camera_key=camera_key, state=state, reason=reason, epoch=None, since=now
            )
            self._states[camera_key] = before
            self._publish(camera_key)
        is_new = (before.state, before.reason) != (state, reason)
        after = replace(
            before,
            state=state,
            reason=reason,
            detail=detail,
            fps=before.fps if fps is None else fps,
            since=now if is_new else before.since,
        )
        if is_new:
            shown = None if reason is None else reason.value
            _log.info("camera state", camera=camera_key, state=state.value, reason=shown)
        if after != before:
            self._states[camera_key] = after
            self._publish(camera_key)

    def show_health(self, camera_key: str, health: CameraHealth, sampled_fps: float) -> None:
        """Note how well a camera does; publishes it if the grade is another one.

        Figures that only move a little go out with the repetition of all states.
        """
        before = self._states.get(camera_key)
        if before is None:
            return
        self._states[camera_key] = replace(before, health=health, sampled_fps=round(sampled_fps, 2))
        if before.health is None or before.health.grade is not health.grade:
            self._publish(camera_key)

    def begin_epoch(self, camera_key: str, anchor: ClockAnchor) -> None:
        """Note and publish a new stream epoch, or a better anchor of the present one."""
        if camera_key in self._states:
            self._states[camera_key] = replace(self._states[camera_key], epoch=anchor.epoch)
            self._anchors[camera_key] = anchor
            self._publish(camera_key)

    def remove(self, camera_key: str) -> None:
        """Publish that the camera is not read any more, and forget it."""
        self.update(camera_key, SourceState.OFFLINE, SourceReason.DISABLED)
        del self._states[camera_key]
        self._anchors.pop(camera_key, None)

    def forget(self, camera_key: str) -> None:
        """Say nothing of the camera any more: another process reads it, or it is read anew."""
        self._states.pop(camera_key, None)
        self._anchors.pop(camera_key, None)
        self._due.pop(camera_key, None)

    async def publish_changes(self) -> None:
        """Publish until cancelled: changes at once, the newest of each camera."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.flush()

    async def repeat_states(self) -> None:
        """Publish all states again and again until cancelled."""
        while True:
            await self._clock.sleep(_REPEAT_S)
            for camera_key in self._states:
                self._publish(camera_key)

    async def flush(self) -> None:
        """Publish what is due; waits while the bus is away."""
        while self._due:
            camera_key, event = next(iter(self._due.items()))
            try:
                await self._bus.publish(CAMERA_STATES, camera_key, msgspec.json.encode(event))
            except DependencyUnavailable as error:
                _log.warning("state not published yet", camera=camera_key, error=error.message)
                await self._clock.sleep(_RETRY_S)
                continue
            if self._due.get(camera_key) is event:
                del self._due[camera_key]

    def _publish(self, camera_key: str) -> None:
        state = self._states[camera_key]
        anchor = self._anchors.get(camera_key)
        clock = (
            None
            if anchor is None
            else ClockAnchorMessage(pts_90k=anchor.pts_90k, utc=format_utc(anchor.utc))
        )
        self._due[camera_key] = CameraStateEvent(
            schema_version=1,
            camera_id=camera_key,
            state=state.state.value,
            reason=None if state.reason is None else state.reason.value,
            detail=state.detail,
            epoch=state.epoch,
            since=format_utc(state.since),
            fps=state.fps,
            clock=clock,
            health=None if state.health is None else _health_message(state.health),
            sampled_fps=state.sampled_fps,
        )
        self._wake.set()


def _health_message(health: CameraHealth) -> CameraHealthMessage:
    return CameraHealthMessage(
        grade=health.grade.value,
        reasons=list(health.reasons),
        fps_share=health.fps_share,
        stalls_per_h=health.stalls_per_h,
        reconnects_per_h=health.reconnects_per_h,
        corrupt_share=health.corrupt_share,
        latency_p95_ms=health.latency_p95_ms,
    )
