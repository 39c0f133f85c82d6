"""What every `FrameTransport` promises, and frames to test it with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
import pytest

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.domain.frames import DropReason
from sentinel_vision.frames.frame import Frame, Picture, analysis_size
from sentinel_vision.frames.jpeg import encode_picture
from sentinel_vision.frames.transport import INFERRED, FrameOutcome, FrameTransport

EPOCH = "01JH7Z00000000000000000000"
_PATIENCE_S = 30.0


def make_frame(
    camera_key: str = "cam_01",
    *,
    number: int = 1,
    size: tuple[int, int] = (640, 360),
    age_s: float = 0.0,
    fence: int = 0,
    is_live: bool = True,
) -> Frame:
    """A smooth picture of the given size whose brightness is told by `number`."""
    width, height = size
    small_width, small_height = analysis_size(width, height)
    level = 40 + number * 20 % 180
    chroma = ((height + 1) // 2, (width + 1) // 2)
    return Frame(
        camera_key=camera_key,
        stream_epoch=EPOCH,
        index=number,
        pts_90k=2**33 + number * 18_000,
        captured_at=datetime(2026, 1, 10, 12, 0, 1, 234_567, tzinfo=UTC),
        arrived_monotonic_s=SystemClock().monotonic() - age_s,
        is_live=is_live,
        rgb=np.full((small_height, small_width, 3), level, dtype=np.uint8),
        picture=Picture(
            np.full((height, width), level, dtype=np.uint8),
            np.full(chroma, 128, dtype=np.uint8),
            np.full(chroma, 128, dtype=np.uint8),
            full_range=True,
        ),
        fence=fence,
    )


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """What inference was given, noted while the frame was there."""

    frame: Frame
    level: float
    """Mean of `rgb`."""
    age_s: float


@dataclass
class ScriptedInference:
    """Looks at frames; `react` says what becomes of them."""

    react: Callable[[Frame], Awaitable[FrameOutcome]] | None = None
    seen: list[SeenFrame] = field(default_factory=list)
    at_work: set[str] = field(default_factory=set)
    """Cameras whose frames are being looked at."""

    async def infer(self, frame: Frame) -> FrameOutcome:
        """The other end of the transport."""
        age_s = SystemClock().monotonic() - frame.arrived_monotonic_s
        self.seen.append(SeenFrame(frame, float(frame.rgb.mean()), age_s))
        self.at_work.add(frame.camera_key)
        try:
            return INFERRED if self.react is None else await self.react(frame)
        finally:
            self.at_work.discard(frame.camera_key)


class FrameLink(Protocol):
    """A transport with an inference at its other end."""

    transport: FrameTransport
    inference: ScriptedInference

    async def cut(self) -> None:
        """Inference goes away; returns once the transport knows it."""
        ...

    async def mend(self) -> None:
        """It comes back; returns once the transport knows it."""
        ...


def planes(frame: Frame) -> Picture:
    """The picture as the sender has it."""
    assert isinstance(frame.picture, Picture)
    return frame.picture


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():
            await SystemClock().sleep(0.005)


class FrameTransportContract:
    """Needs fixture `link`, connected."""

    async def test_frame_arrives_as_it_was(self, link: FrameLink) -> None:
        frame = make_frame("toll_km_39", number=3, fence=7)
        assert await link.transport.infer(frame) == INFERRED
        (seen,) = link.inference.seen
        assert seen.frame.camera_key == "toll_km_39"
        assert seen.frame.stream_epoch == frame.stream_epoch
        assert (seen.frame.index, seen.frame.pts_90k) == (frame.index, frame.pts_90k)
        assert seen.frame.captured_at == frame.captured_at
        assert (seen.frame.is_live, seen.frame.fence) == (True, 7)
        assert seen.frame.rgb.shape == frame.rgb.shape
        assert seen.level == pytest.approx(float(frame.rgb.mean()), abs=1.5)

    @pytest.mark.parametrize("size", [(1920, 1080), (641, 359), (320, 240), (1080, 1920)])
    async def test_pictures_of_all_sizes_arrive(
        self, link: FrameLink, size: tuple[int, int]
    ) -> None:
        assert await link.transport.infer(make_frame(size=size)) == INFERRED
        picture = link.inference.seen[0].frame.picture
        assert (picture.width, picture.height) == size

    @pytest.mark.parametrize("reason", DropReason)
    async def test_every_reason_comes_back(self, link: FrameLink, reason: DropReason) -> None:
        async def drop(_: Frame) -> FrameOutcome:
            return FrameOutcome(reason)

        link.inference.react = drop
        assert await link.transport.infer(make_frame()) == FrameOutcome(reason)

    @pytest.mark.parametrize("size", [(1920, 1080), (641, 359), (320, 240)])
    async def test_the_source_picture_can_be_had_while_the_frame_is_in_flight(
        self, link: FrameLink, size: tuple[int, int]
    ) -> None:
        files: list[bytes] = []

        async def take_snapshot(frame: Frame) -> FrameOutcome:
            files.append(await asyncio.to_thread(encode_picture, frame.picture, 88))
            return INFERRED

        link.inference.react = take_snapshot
        frame = make_frame(size=size)
        assert await link.transport.infer(frame) == INFERRED
        assert files == [encode_picture(frame.picture, 88)]

    async def test_age_goes_along(self, link: FrameLink) -> None:
        await link.transport.infer(make_frame(age_s=0.2))
        assert link.inference.seen[0].age_s >= 0.19

    async def test_arrays_may_be_used_again_afterwards(self, link: FrameLink) -> None:
        frame = make_frame(number=2)
        level = float(frame.rgb.mean())
        await link.transport.infer(frame)
        for array in (frame.rgb, planes(frame).y):
            array[:] = 0
        await link.transport.infer(frame)
        first, second = (seen.level for seen in link.inference.seen)
        assert first == pytest.approx(level, abs=1.5)
        assert second == pytest.approx(0, abs=1.5)

    async def test_cameras_do_not_wait_for_each_other(self, link: FrameLink) -> None:
        cameras = [f"cam_{number:02}" for number in range(8)]
        together = asyncio.Barrier(len(cameras))

        async def wait_for_all(_: Frame) -> FrameOutcome:
            await together.wait()
            return INFERRED

        link.inference.react = wait_for_all
        frames = [make_frame(key, age_s=-30.0) for key in cameras]
        async with asyncio.timeout(_PATIENCE_S):
            outcomes = await asyncio.gather(*map(link.transport.infer, frames))
        assert outcomes == [INFERRED] * len(cameras)

    async def test_inference_that_is_away_is_told(self, link: FrameLink) -> None:
        await link.cut()
        with pytest.raises(DependencyUnavailable):
            await link.transport.infer(make_frame())
        await link.mend()
        assert await link.transport.infer(make_frame(number=2)) == INFERRED
        assert [seen.frame.index for seen in link.inference.seen] == [2]

    async def test_a_frame_that_is_given_up_stops_nothing(self, link: FrameLink) -> None:
        go_on = asyncio.Event()

        async def wait(_: Frame) -> FrameOutcome:
            await go_on.wait()
            return INFERRED

        link.inference.react = wait
        sending = asyncio.create_task(link.transport.infer(make_frame("cam_01")))
        await until(lambda: "cam_01" in link.inference.at_work)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        go_on.set()
        await until(lambda: not link.inference.at_work)
        assert await link.transport.infer(make_frame("cam_02")) == INFERRED
        assert await link.transport.infer(make_frame("cam_01", number=2)) == INFERRED
