"""`CameraControl` of all camera-services, for api-gateway."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog
from grpc import aio

from sentinel_core.adapters.grpc.camera_control_messages import (
    decode_clip,
    decode_probe,
    decode_status,
)
from sentinel_core.adapters.grpc.endpoint import open_channel
from sentinel_core.adapters.grpc.errors import error_of
from sentinel_core.contracts.generated import camera_control_pb2 as messages
from sentinel_core.contracts.generated import camera_control_pb2_grpc as rpc
from sentinel_core.domain.cameras import CameraState
from sentinel_core.domain.errors import DependencyUnavailable, SentinelError
from sentinel_core.domain.frames import FrameCounts
from sentinel_core.ports.camera_control import ClipCut, ProbeReport
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database

_log = structlog.get_logger(__name__)

T = TypeVar("T")

_PROBE_WAIT_S = 15.0
_SNAPSHOT_WAIT_S = 5.0
_CLIP_WAIT_S = 120.0
"""A clip may end in the future: camera-service waits for it."""
_STATES_WAIT_S = 2.0
_REFRESH_S = 1.0
_WHOM = "camera-service"


class CameraDirectory(Protocol):
    """Where camera-services are."""

    async def addresses(self) -> Mapping[str, str]:
        """`host:port` by instance id, of all that are registered."""
        ...

    async def address_of(self, camera_key: str) -> str:
        """Of the one that reads this camera.

        Raises:
            NotFound: There is no such camera.
            DependencyUnavailable: Nobody reads it at present.
        """
        ...


class LeaseDirectory:
    """The directory in the database: who holds a camera's lease reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def addresses(self) -> Mapping[str, str]:
        """All instances that are registered, also those that died a short while ago."""
        async with self._database.transaction() as work:
            instances = await work.camera_leases.instances()
        return {instance.instance_id: instance.address for instance in instances}

    async def address_of(self, camera_key: str) -> str:
        """The holder of the lease."""
        async with self._database.transaction() as work:
            camera = await work.cameras.get(camera_key)
            leases = await work.camera_leases.list()
            instances = await work.camera_leases.instances()
        addresses = {instance.instance_id: instance.address for instance in instances}
        for lease in leases:
            if lease.camera_id == camera.id and lease.instance_id in addresses:
                return addresses[lease.instance_id]
        raise DependencyUnavailable(f"no camera-service reads {camera_key} at present")


@dataclass(slots=True)
class _Peer:
    channel: aio.Channel
    stub: "rpc.CameraControlAsyncStub"
    cameras: Mapping[str, tuple[CameraState, FrameCounts]]


class GrpcCameraControl:
    """Asks the camera-service that reads the camera; knows all states, a second old at most."""

    def __init__(self, directory: CameraDirectory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._peers: dict[str, _Peer] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to ask for states."""
        self._task = asyncio.create_task(self._keep_fresh(), name="camera-states")

    async def stop(self) -> None:
        """Close all connections; fine to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        for address in list(self._peers):
            await self._hang_up(address)

    async def probe(self, source_url: str) -> ProbeReport:
        """Let any camera-service look at the source."""
        for address in sorted((await self._directory.addresses()).values()):
            call = self._peer(address).stub.Probe(
                messages.ProbeRequest(source_url=source_url), timeout=_PROBE_WAIT_S
            )
            try:
                response = await _result(call)
            except DependencyUnavailable as error:
                _log.warning("probe not answered", address=address, reason=error.message)
                continue
            return decode_probe(response)
        raise DependencyUnavailable("no camera-service answers")

    async def snapshot(self, camera_key: str) -> bytes:
        """The newest sampled picture as JPEG."""
        peer = self._peer(await self._directory.address_of(camera_key))
        response = await _result(
            peer.stub.Snapshot(
                messages.SnapshotRequest(camera_key=camera_key), timeout=_SNAPSHOT_WAIT_S
            )
        )
        return response.jpeg

    async def cut_clip(
        self, camera_key: str, *, epoch: str, from_pts_90k: int, to_pts_90k: int
    ) -> ClipCut:
        """Let the one that reads the camera cut a clip."""
        peer = self._peer(await self._directory.address_of(camera_key))
        request = messages.CutClipRequest(
            camera_key=camera_key,
            stream_epoch=epoch,
            from_pts_90k=from_pts_90k,
            to_pts_90k=to_pts_90k,
        )
        pieces = await _result(_collect(peer.stub.CutClip(request, timeout=_CLIP_WAIT_S)))
        if not pieces:
            raise DependencyUnavailable("camera-service has sent no clip")
        return decode_clip(pieces[0].description, b"".join(piece.mp4 for piece in pieces))

    def states(self) -> Mapping[str, CameraState]:
        """Present states by camera key, of all camera-services that answer."""
        return {key: state for key, (state, _) in self._cameras().items()}

    def frame_counts(self) -> Mapping[str, FrameCounts]:
        """Frame accounting by camera key, since its present reader began."""
        return {key: counts for key, (_, counts) in self._cameras().items()}

    async def refresh(self) -> None:
        """Ask all camera-services for their states."""
        addresses = set((await self._directory.addresses()).values())
        for gone in self._peers.keys() - addresses:
            await self._hang_up(gone)
        await asyncio.gather(*map(self._refresh, sorted(addresses)))

    async def _keep_fresh(self) -> None:
        while True:
            try:
                await self.refresh()
            except SentinelError as error:
                _log.warning("camera-services are not known", reason=error.message)
            await self._clock.sleep(_REFRESH_S)

    async def _refresh(self, address: str) -> None:
        peer = self._peer(address)
        try:
            response = await _result(
                peer.stub.States(messages.StatesRequest(), timeout=_STATES_WAIT_S)
            )
            read = [decode_status(status) for status in response.cameras]
        except (SentinelError, ValueError) as error:
            if peer.cameras:
                _log.warning("states not known", address=address, reason=str(error))
            peer.cameras = {}
            return
        peer.cameras = {state.camera_key: (state, counts) for state, counts in read}

    def _cameras(self) -> Mapping[str, tuple[CameraState, FrameCounts]]:
        """While a camera changes hands two may know it: the newer epoch is the present one."""
        merged: dict[str, tuple[CameraState, FrameCounts]] = {}
        for peer in self._peers.values():
            for key, (state, counts) in peer.cameras.items():
                known = merged.get(key)
                if known is None or (known[0].epoch or "") <= (state.epoch or ""):
                    merged[key] = (state, counts)
        return merged

    def _peer(self, address: str) -> _Peer:
        if address not in self._peers:
            channel = open_channel(address)
            stub: rpc.CameraControlAsyncStub = rpc.CameraControlStub(channel)
            self._peers[address] = _Peer(channel, stub, {})
        return self._peers[address]

    async def _hang_up(self, address: str) -> None:
        await self._peers.pop(address).channel.close()


async def _collect(
    pieces: AsyncIterable[messages.CutClipResponse],
) -> list[messages.CutClipResponse]:
    return [piece async for piece in pieces]


async def _result(call: Awaitable[T]) -> T:
    try:
        return await call
    except aio.AioRpcError as error:
        raise error_of(error, _WHOM) from None
