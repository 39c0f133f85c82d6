"""Coded pictures with times of our choice, as camera-service hands them to its sinks."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av

from sentinel_camera.restream.sinks import CodedUnit, PacketSink, VideoConfiguration
from sentinel_camera.sources.formatters import formatter_of
from sentinel_camera.testing.clips import ClipSpec, write_clip
from sentinel_core.ports.clock import Clock

FPS = 25
TICK_90K = 90_000 // FPS


@dataclass(frozen=True, slots=True)
class Footage:
    """An encoded clip: how it is coded, and its access units from tick 0 on."""

    configuration: VideoConfiguration
    units: Sequence[CodedUnit]

    def endless(self, start_90k: int, epoch: str, started_at: datetime) -> Iterator[CodedUnit]:
        """The clip again and again; its first picture is shown at `start_90k`."""
        lap_90k = len(self.units) * TICK_90K
        for lap in itertools.count():
            for unit in self.units:
                shift_90k = start_90k + lap * lap_90k
                since_start = timedelta(seconds=(unit.pts_90k + lap * lap_90k) / 90_000)
                yield replace(
                    unit,
                    dts_90k=unit.dts_90k + shift_90k,
                    pts_90k=unit.pts_90k + shift_90k,
                    epoch=epoch,
                    captured_at=started_at + since_start,
                )


def encode(folder: Path, **changes: object) -> Footage:
    """Two seconds of pictures, a keyframe each half second; `changes` are of `ClipSpec`."""
    spec = replace(ClipSpec(width=320, height=192, fps=FPS, frames=50, gop=12), **changes)  # type: ignore[arg-type]  # any field
    path = write_clip(folder / f"{spec.codec}_{spec.width}_{spec.b_frames}.mp4", spec)
    units = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context.name
        formatter = formatter_of(stream.codec_context)
        assert formatter is not None
        for packet in container.demux(stream):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            scale = packet.time_base * 90_000
            units.append(
                CodedUnit(
                    dts_90k=round(packet.dts * scale),
                    pts_90k=round(packet.pts * scale),
                    duration_90k=TICK_90K,
                    is_key=packet.is_keyframe,
                    data=formatter.convert(bytes(packet)),
                    epoch="",
                    captured_at=datetime(2026, 1, 1, tzinfo=UTC),
                )
            )
        record = formatter.configuration
        assert record is not None
    return Footage(VideoConfiguration(codec, record, spec.width, spec.height), units)


class Camera:
    """Feeds a sink in real time, and remembers what it showed."""

    def __init__(self, sink: PacketSink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._epochs = itertools.count(1)
        self.shown: list[CodedUnit] = []

    def play(self, footage: Footage, start_90k: int) -> None:
        """Show a clip from now on, from this tick on."""
        units = footage.endless(start_90k, f"E{next(self._epochs)}", self._clock.utc_now())
        self._sink.configure(footage.configuration)
        self._task = asyncio.create_task(self._show(units), name="camera")

    async def stop(self) -> None:
        """Show nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _show(self, units: Iterator[CodedUnit]) -> None:
        due_s = self._clock.monotonic()
        for unit in units:
            await self._clock.sleep(due_s - self._clock.monotonic())
            due_s += 1 / FPS
            self.shown.append(unit)
            self._sink.take(unit)
