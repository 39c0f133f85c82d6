"""All cameras of this instance, published to a media server."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sentinel_camera.restream.media_paths import MediaPaths
from sentinel_camera.restream.rtsp_credentials import Credentials
from sentinel_camera.restream.rtsp_publisher import PublishTarget, RtspPublisher
from sentinel_camera.restream.sinks import PacketSink
from sentinel_core.domain.cameras import Camera
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission, MediaTokens
from sentinel_core.ports.repositories import Database
from sentinel_core.ports.restreamer import Restreamer

_HOLDER = "camera-service"
_TOKEN_S = 60
"""Looked at while a session begins, never later."""


@dataclass(frozen=True, slots=True)
class PublishCounts:
    """Of one camera since the start of the process."""

    sessions: int
    published: int
    dropped: int


class CameraPublishing:
    """Makes a sink for each camera, and keeps the paths they publish to."""

    def __init__(
        self,
        rtsp_url: str,
        *,
        restreamer: Restreamer,
        tokens: MediaTokens,
        database: Database,
        clock: Clock,
    ) -> None:
        self._target = PublishTarget(rtsp_url, self._credentials)
        self._tokens = tokens
        self._clock = clock
        self._publishers: dict[str, RtspPublisher] = {}
        self._paths = MediaPaths(restreamer, database, clock)
        self._keeping: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str | None:
        """Why the media server cannot be used at present."""
        return self._paths.trouble

    def counts(self) -> Mapping[str, PublishCounts]:
        """By camera key."""
        return {
            key: PublishCounts(publisher.sessions, publisher.published, publisher.dropped)
            for key, publisher in self._publishers.items()
        }

    def make_sink(self, camera: Camera) -> PacketSink:
        """A `SinkFactory`."""
        publisher = RtspPublisher(camera.key, self._target, self._clock)
        self._publishers[camera.key] = publisher
        return publisher

    def start(self) -> None:
        """Begin to keep the paths."""
        self._keeping = asyncio.create_task(self._paths.keep_reconciled(), name="media-paths")

    async def stop(self) -> None:
        """End what is left; the paths stay, for whoever takes the cameras over."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        for publisher in self._publishers.values():
            publisher.close()
        for publisher in self._publishers.values():
            await publisher.wait_closed()

    def _credentials(self, camera_key: str) -> Credentials:
        permission = MediaPermission(MediaAction.PUBLISH, camera_key)
        return Credentials(_HOLDER, self._tokens.issue(_HOLDER, permission, _TOKEN_S))
