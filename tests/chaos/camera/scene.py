"""A camera, the way to it, and the product that reads it."""

import asyncio
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from troubles import Cut, Trouble

from sentinel_camera.testing.site import CameraSite, SeenFrame
from sentinel_core.domain.cameras import SourceState
from sentinel_core.testing.accounting import FrameAccounting
from sentinel_sim.faults.network_path import NetworkPath
from sentinel_sim.faults.rtsp_server import RtspFaultServer
from sentinel_sim.faults.script import Fault

_LOOK_EVERY_S = 0.02
_MAX_IN_FLIGHT = 8
_ENOUGH_FRAMES = 3
PATIENCE_S = 40.0


@dataclass(slots=True)
class Outcome:
    """One row of the table."""

    name: str
    shown: str
    recovery_s: list[float] = field(default_factory=list)
    captured: int = 0
    inferred: int = 0
    looks: int = 0
    note: str = ""
    growth_mb: float | None = None
    """Per thousand reconnects."""

    def quantile_s(self, share: float) -> float:
        """Of the time from the source being well to the next picture."""
        if len(self.recovery_s) < 2:
            return self.recovery_s[0]
        cuts = statistics.quantiles(self.recovery_s, n=100, method="inclusive")
        return cuts[round(share * 100) - 1]


@asynccontextmanager
async def accounted(site: CameraSite) -> AsyncIterator[FrameAccounting]:
    """Looks at all accounts all the time; what is wrong ends the block."""
    accounting = FrameAccounting(max_in_flight=_MAX_IN_FLIGHT)

    def look() -> None:
        seen = Counter(frame.camera_key for frame in site.frames)
        accounting.look(site.service.control.frame_counts(), seen)

    async def keep_looking() -> None:
        while True:
            look()
            await site.clock.sleep(_LOOK_EVERY_S)

    watching = asyncio.create_task(keep_looking())
    try:
        yield accounting
        look()
    finally:
        watching.cancel()
        (ended,) = await asyncio.gather(watching, return_exceptions=True)
    if isinstance(ended, AssertionError):
        raise ended


class Scene:
    """One camera that gets into trouble."""

    def __init__(
        self, site: CameraSite, server: RtspFaultServer, path: NetworkPath, clips: Path
    ) -> None:
        self.site = site
        self.server = server
        self.path = path
        self._clips = clips

    async def begin(self, trouble: Trouble) -> None:
        """Let it happen."""
        self.server.fault = trouble.fault
        self.server.jump_90k += trouble.jump_90k
        if trouble.clip is not None:
            self.server.play(self._clips / trouble.clip)
        if trouble.cut is Cut.RESET:
            self.path.reset()
        elif trouble.cut is Cut.VANISH:
            await self.path.vanish()
        elif trouble.cut is Cut.SWALLOW:
            self.path.swallow()

    async def end(self, trouble: Trouble) -> None:
        """All is well again; what has changed for good stays."""
        self.server.fault = Fault.NONE
        if trouble.cut is Cut.VANISH:
            await self.path.come_back()
        elif trouble.cut is Cut.SWALLOW:
            self.path.pass_on()

    async def until_shown(self, key: str, trouble: Trouble) -> str:
        """Wait until the camera's state says what is wrong; how it is shown."""
        states = self.site.service.control.states
        await self.until(lambda: key in states() and states()[key].reason is trouble.reason)
        state = states()[key]
        assert state.state is trouble.state
        assert state.detail, "a reason without a sentence for a person"
        return f"{state.state.value}: {state.reason.value}" if state.reason else state.state.value

    async def until_frames_after(self, key: str, count: int) -> SeenFrame:
        """Wait until more than `count` frames have been inferred; the newest."""
        await self.until(lambda: len(self.site.frames_of(key)) > count)
        return self.site.frames_of(key)[-1]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait."""
        await self.site.until(condition, PATIENCE_S)


async def go_through(scene: Scene, trouble: Trouble, key: str) -> tuple[str, float]:
    """One trouble from beginning to end: what was shown, and seconds until pictures came again."""
    site = scene.site
    count = len(site.frames_of(key))
    epoch = site.frames_of(key)[-1].epoch if count else ""
    await scene.begin(trouble)
    if trouble.reason is not None:
        shown = await scene.until_shown(key, trouble)
        count = len(site.frames_of(key))
    else:
        shown = "online"
    well_s = site.clock.monotonic()
    await scene.end(trouble)
    if trouble.begins_epoch:
        await scene.until(
            lambda: len(site.frames_of(key)) > count and site.frames_of(key)[-1].epoch > epoch
        )
    else:
        await scene.until_frames_after(key, count)
    recovery_s = site.clock.monotonic() - well_s
    await scene.until_frames_after(key, len(site.frames_of(key)) + _ENOUGH_FRAMES)
    await scene.until(lambda: site.reason(key) is None)
    assert site.service.control.states()[key].state is SourceState.ONLINE
    times = [frame.pts_90k for frame in site.frames_of(key)]
    assert times == sorted(set(times)), "the media clock went back"
    return shown, recovery_s
