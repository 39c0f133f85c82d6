"""camera-service's side of `CameraControl`."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

from grpc import aio

from sentinel_core.adapters.grpc.camera_control_messages import (
    encode_clip,
    encode_probe,
    encode_status,
)
from sentinel_core.adapters.grpc.errors import abort_with
from sentinel_core.contracts.generated import camera_control_pb2 as messages
from sentinel_core.contracts.generated import camera_control_pb2_grpc as rpc
from sentinel_core.domain.errors import SentinelError
from sentinel_core.ports.camera_control import CameraControl

T = TypeVar("T")

_PIECE_BYTES = 512 * 1024


class CameraControlServer(rpc.CameraControlServicer):
    """Lets others ask a `CameraControl` of this process."""

    def __init__(self, control: CameraControl, instance_id: str) -> None:
        self._control = control
        self._instance_id = instance_id

    def register(self, server: aio.Server) -> None:
        """Add this service to a server."""
        rpc.add_CameraControlServicer_to_server(self, server)

    async def Probe(  # noqa: N802 - the name in the contract
        self,
        request: messages.ProbeRequest,
        context: "aio.ServicerContext[messages.ProbeRequest, messages.ProbeResponse]",
    ) -> messages.ProbeResponse:
        """Look at a source."""
        return encode_probe(await _answer(context, self._control.probe(request.source_url)))

    async def Snapshot(  # noqa: N802 - the name in the contract
        self,
        request: messages.SnapshotRequest,
        context: "aio.ServicerContext[messages.SnapshotRequest, messages.SnapshotResponse]",
    ) -> messages.SnapshotResponse:
        """The newest picture."""
        jpeg = await _answer(context, self._control.snapshot(request.camera_key))
        return messages.SnapshotResponse(jpeg=jpeg)

    async def CutClip(  # noqa: N802 - the name in the contract
        self,
        request: messages.CutClipRequest,
        context: "aio.ServicerContext[messages.CutClipRequest, messages.CutClipResponse]",
    ) -> AsyncIterator[messages.CutClipResponse]:
        """A clip, in pieces: it may be larger than a message."""
        cut = await _answer(
            context,
            self._control.cut_clip(
                request.camera_key,
                epoch=request.stream_epoch,
                from_pts_90k=request.from_pts_90k,
                to_pts_90k=request.to_pts_90k,
            ),
        )
        yield messages.CutClipResponse(description=encode_clip(cut))
        for start in range(0, len(cut.mp4), _PIECE_BYTES):
            yield messages.CutClipResponse(mp4=cut.mp4[start : start + _PIECE_BYTES])

    async def States(  # noqa: N802 - the name in the contract
        self, request: messages.StatesRequest, context: object
    ) -> messages.StatesResponse:
        """All cameras of this process."""
        del request, context
        counts = self._control.frame_counts()
        response = messages.StatesResponse(instance_id=self._instance_id)
        for key, state in self._control.states().items():
            response.cameras.append(encode_status(state, counts.get(key)))
        return response


async def _answer(context: "aio.ServicerContext[Any, Any]", work: Awaitable[T]) -> T:
    try:
        return await work
    except SentinelError as error:
        await abort_with(context, error)
