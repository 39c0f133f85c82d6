"""The broadcaster: from the event bus and the database to every connected browser."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from ulid import ULID

from sentinel_api.cameras.board import AlertChange, CameraBoard, ClockReading, show_status
from sentinel_api.incidents.schemas import IncidentAnswer
from sentinel_api.realtime.client import LiveClient
from sentinel_api.realtime.history import MessageHistory
from sentinel_api.realtime.schemas import (
    Outgoing,
    Resume,
    camera_state_members,
    sync_members,
    write_detections,
    write_message,
)
from sentinel_core.contracts.generated.camera_state_event import CameraStateEvent
from sentinel_core.domain.cameras import CameraState, SourceState
from sentinel_core.domain.media_clock import format_utc
from sentinel_core.ports.camera_control import CameraControl
from sentinel_core.ports.clock import Clock

HISTORY_SIZE = 2_048


class Broadcaster:
    """Numbers the messages of this run (`boot`) and hands each to the clients that want it.

    All methods run to their end without waiting, so every client sees the same order.
    """

    def __init__(self, *, clock: Clock, control: CameraControl, board: CameraBoard) -> None:
        self._clock = clock
        self._control = control
        self._board = board
        self._clients: set[LiveClient] = set()
        self._history = MessageHistory(HISTORY_SIZE)
        self._seq = 0
        self.boot = str(ULID.from_datetime(clock.utc_now()))
        self.dropped_by_gone_clients = 0

    @property
    def client_count(self) -> int:
        """Browsers connected now."""
        return len(self._clients)

    @property
    def dropped(self) -> int:
        """Detection messages that were dropped for slow clients or by the rate limit."""
        return self.dropped_by_gone_clients + sum(client.dropped for client in self._clients)

    @contextmanager
    def joined(self) -> Iterator[LiveClient]:
        """A new client: greeted, told the present, then told what happens."""
        client = LiveClient(self._clock)
        self._greet(client)
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)
            self.dropped_by_gone_clients += client.dropped

    def resume(self, client: LiveClient, wanted: Resume) -> None:
        """Send what the client missed, again and in order, or tell it to fetch the lists."""
        if wanted.boot != self.boot:
            self._resync(client, "the server was started anew")
            return
        missed = self._history.after(wanted.seq) if 0 <= wanted.seq <= self._seq else None
        if missed is None:
            self._resync(client, "the messages after this seq are gone")
            return
        for message in missed:
            client.offer(message)

    def refuse(self, client: LiveClient, code: str, message: str) -> None:
        """Tell one client what is wrong with what it said."""
        client.offer(
            Outgoing(self._seq, write_message("error", self._seq, code=code, message=message))
        )

    def set_active(self, camera_key: str, incidents: Iterable[UUID]) -> AlertChange:
        """Which incidents are active on a camera; goes before what is published of them."""
        return self._board.set_active(camera_key, incidents)

    def publish_detections(self, camera_key: str, event_json: bytes) -> None:
        """An inferred frame."""
        self._seq += 1
        if not any(client.wants(camera_key) for client in self._clients):
            return
        message = Outgoing(self._seq, write_detections(self._seq, event_json), camera_key)
        for client in self._clients:
            client.offer(message)

    def publish_incident(
        self, transition: str, incident: IncidentAnswer, *, alert_of: str | None
    ) -> None:
        """An incident that is stored; and the status of a camera, where that changed with it."""
        self._send("incident", transition=transition, incident=incident.model_dump(mode="json"))
        state = None if alert_of is None else self._control.states().get(alert_of)
        if alert_of is not None and state is not None:
            self._send("camera_state", **self._state_members(alert_of, state))

    def publish_camera_state(self, event: CameraStateEvent) -> None:
        """A camera's source changed; with its clock, where it has one."""
        status = show_status(
            SourceState(event.state), has_active=self._board.has_active(event.camera_id)
        )
        self._send("camera_state", **camera_state_members(event, event.camera_id, status))
        if event.clock is not None and event.epoch is not None:
            reading = ClockReading(
                camera_key=event.camera_id,
                epoch=event.epoch,
                pts_90k=event.clock.pts_90k,
                utc=event.clock.utc,
            )
            self._board.note_clock(reading)
            self._send("sync", **sync_members(reading))

    def release_held(self) -> None:
        """Let held-back detections go on."""
        for client in self._clients:
            client.release_held()

    def _greet(self, client: LiveClient) -> None:
        self._tell(client, "hello", boot=self.boot, server_time=format_utc(self._clock.utc_now()))
        for key, state in sorted(self._control.states().items()):
            self._tell(client, "camera_state", **self._state_members(key, state))
        for reading in self._board.clocks.values():
            self._tell(client, "sync", **sync_members(reading))

    def _state_members(self, camera_key: str, state: CameraState) -> dict[str, object]:
        status = self._board.status_of(camera_key, state)
        return camera_state_members(state, camera_key, status)

    def _resync(self, client: LiveClient, reason: str) -> None:
        self._tell(client, "resync", reason=reason)

    def _tell(self, client: LiveClient, kind: str, **members: object) -> None:
        client.offer(Outgoing(self._seq, write_message(kind, self._seq, **members)))

    def _send(self, kind: str, **members: object) -> None:
        self._seq += 1
        message = Outgoing(self._seq, write_message(kind, self._seq, **members))
        self._history.append(message)
        for client in self._clients:
            client.offer(message)
