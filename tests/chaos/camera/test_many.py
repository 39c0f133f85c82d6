"""Reconnecting for ever leaves nothing behind, and many cameras do not come back as a stampede."""

from collections.abc import Callable
from pathlib import Path

import pytest
from resources import open_descriptors, resident_mb, slope_per_thousand
from scene import Outcome, accounted

from sentinel_camera.testing.site import CameraSite
from sentinel_sim.faults.network_path import NetworkPath
from sentinel_sim.faults.rtsp_server import RtspFaultServer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(0)]

MakeSite = Callable[..., CameraSite]
NoteOutcome = Callable[[Outcome], None]

QUICK = {"backoff_min_s": 0.02, "backoff_max_s": 0.05, "connects_per_s": 100.0}
HANGING_UP = 4
LOOKS = 20
FEW_DESCRIPTORS = 24
"""Of connections that are being made or ended while it is looked at."""
MOST_MB_PER_THOUSAND = 30.0
"""In 200 reconnects this is 6 MB, about what the allocator itself moves by."""

CONNECTS_PER_S = 10.0
BURST = 4
LATE_CONNECTS = 20
"""In a second: those that were allowed before and come late on a busy machine."""
PATIENCE_S = 240.0


async def test_reconnects_leave_nothing_behind(
    make_site: MakeSite, clips: Path, pytestconfig: pytest.Config, note_outcome: NoteOutcome
) -> None:
    reconnects: int = pytestconfig.getoption("--chaos-reconnects", 200)
    memory_mb: list[tuple[int, float]] = []
    descriptors: list[int] = []
    async with (
        make_site(**QUICK) as site,
        RtspFaultServer(clips / "plain.mp4") as server,
        accounted(site) as accounting,
    ):
        server.stop_after = 2
        for number in range(HANGING_UP):
            await site.add(f"cam_{number}", server.url)
        started_s = site.clock.monotonic()
        for look in range(1, LOOKS + 1):
            wanted = look * reconnects // LOOKS
            await site.until(lambda wanted=wanted: server.connections >= wanted, 60.0 * reconnects)  # type: ignore[misc]  # mypy sees no default of a lambda
            memory_mb.append((server.connections, resident_mb()))
            descriptors.append(open_descriptors())
        each_s = (site.clock.monotonic() - started_s) / server.connections
        counts = site.service.control.frame_counts().values()
        outcome = Outcome(f"{server.connections} reconnects", "offline: ended", [each_s])
        outcome.captured = sum(count.captured for count in counts)
        outcome.inferred = sum(count.inferred for count in counts)
        outcome.looks = accounting.looks
    # What is loaded and made once is there after the first half.
    slope = slope_per_thousand(memory_mb[LOOKS // 2 :])
    outcome.growth_mb = slope
    outcome.note = f"{slope:+.2f} MB per 1000, {min(descriptors)}..{max(descriptors)} descriptors"
    note_outcome(outcome)
    assert slope < MOST_MB_PER_THOUSAND
    assert max(descriptors) - min(descriptors) <= FEW_DESCRIPTORS


async def test_many_cameras_vanish_and_come_back_one_by_one(
    make_site: MakeSite, clips: Path, pytestconfig: pytest.Config, note_outcome: NoteOutcome
) -> None:
    keys = {f"cam_{number:03}" for number in range(pytestconfig.getoption("--chaos-cameras", 100))}
    async with (
        make_site(connects_per_s=CONNECTS_PER_S, stall_timeout_s=10.0, backoff_max_s=5.0) as site,
        RtspFaultServer(clips / "slow.mp4") as server,
        NetworkPath(server.url) as path,
        accounted(site) as accounting,
    ):
        for key in sorted(keys):
            await site.add(key, path.url)
        await site.until(lambda: {frame.camera_key for frame in site.frames} == keys, PATIENCE_S)
        await path.vanish()
        states = site.service.control.states
        await site.until(lambda: all(state.reason for state in states().values()), PATIENCE_S)
        seen, connected = len(site.frames), len(path.asked_at_s)
        well_s = site.clock.monotonic()
        await path.come_back()
        back_s: dict[str, float] = {}

        def all_are_back() -> bool:
            for frame in site.frames[seen:]:
                back_s.setdefault(frame.camera_key, site.clock.monotonic() - well_s)
            return back_s.keys() == keys

        await site.until(all_are_back, PATIENCE_S)
        outcome = Outcome(f"{len(keys)} cameras at once", "offline: refused", list(back_s.values()))
        counts = site.service.control.frame_counts().values()
        outcome.captured = sum(count.captured for count in counts)
        outcome.inferred = sum(count.inferred for count in counts)
        outcome.looks = accounting.looks
        most = most_in_a_second(path.asked_at_s[connected:])
    outcome.note = f"at most {most} connects in a second, {CONNECTS_PER_S:g} allowed"
    note_outcome(outcome)
    assert most <= CONNECTS_PER_S + BURST + LATE_CONNECTS


def most_in_a_second(moments_s: list[float]) -> int:
    return max(sum(1 for other in moments_s if 0 <= other - moment < 1.0) for moment in moments_s)
