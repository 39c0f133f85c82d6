"""Live video through the real MediaMTX: times, tokens, restarts."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from footage import TICK_90K, Footage, encode
from media_desk import MediaDesk, media_desk
from readers import Refused, Seen, rtsp_viewer, slices, whep_viewer

from sentinel_camera.restream.sinks import CodedUnit
from sentinel_core.adapters.media_tokens import SignedMediaTokens
from sentinel_core.adapters.mediamtx import MediaMtxRestreamer
from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission
from sentinel_core.ports.restreamer import MediaPath
from sentinel_core.testing.contracts.restreamer import RestreamerContract
from sentinel_sim.servers.mediamtx import MediaMtx
from sentinel_sim.servers.processes import ServerMissing

pytestmark = pytest.mark.servers

WRAP = 2**32


@pytest.fixture
async def desk() -> AsyncIterator[MediaDesk]:
    try:
        async with media_desk() as desk:
            yield desk
    except ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    return encode(tmp_path_factory.mktemp("footage"))


def nal_units(unit: CodedUnit) -> tuple[bytes, ...]:
    found, position = [], 0
    while position < len(unit.data):
        start = position + 4
        position = start + int.from_bytes(unit.data[position:start])
        found.append(unit.data[start:position])
    return tuple(found)


def assert_times_of_camera(
    seen: Seen, shown: Sequence[CodedUnit], codec: str = "h264", gaps: int = 0
) -> None:
    """Every picture that was seen has the very time of the picture that was shown."""
    pictures = {unit.pts_90k % WRAP: slices(nal_units(unit), codec) for unit in shown}
    order = [unit.pts_90k % WRAP for unit in shown]
    for unit in seen.units:
        assert slices(unit.nal_units, codec) == pictures[unit.timestamp]
        assert unit.is_complete
    places = [order.index(unit.timestamp) for unit in seen.units]
    assert sum(later != earlier + 1 for earlier, later in pairwise(places)) <= gaps


async def test_viewers_see_the_cameras_clock_across_its_wrap(
    desk: MediaDesk, footage: Footage
) -> None:
    desk.camera.play(footage, 7 * WRAP - 60 * TICK_90K)
    await desk.until_published()
    async with (
        rtsp_viewer(desk.rtsp_url()) as rtsp,
        whep_viewer(desk.whep_url, desk.token()) as whep,
    ):
        for seen in (rtsp, whep):
            await seen.until_seen(100)
    for seen in (rtsp, whep):
        assert_times_of_camera(seen, desk.camera.shown)
        times = [unit.timestamp for unit in seen.units]
        assert times[0] > WRAP // 2 > times[-1], "it has wrapped meanwhile"


async def test_hls_tells_the_time_of_capture(desk: MediaDesk, footage: Footage) -> None:
    desk.camera.play(footage, 5 * 90_000)
    await desk.until_published()
    playlist = ""
    while playlist.count("PROGRAM-DATE-TIME") < 2:
        playlist = await media_playlist(desk)
    keys = {unit.captured_at for unit in desk.camera.shown if unit.is_key}
    for text in re.findall(r"PROGRAM-DATE-TIME:(\S+)", playlist):
        began = datetime.fromisoformat(text)
        nearest = min(keys, key=lambda key: abs(key - began))
        # Milliseconds are what HLS writes.
        assert abs((nearest - began).total_seconds()) < 0.002


async def media_playlist(desk: MediaDesk) -> str:
    master = await desk.get_hls(desk.hls_url, desk.token())
    assert master.status_code == 200, master.text
    (name,) = [line for line in master.text.splitlines() if line and line[0] != "#"]
    answer = await desk.get_hls(str(master.url.join(name)), desk.token())
    return answer.text if answer.status_code == 200 else ""


@pytest.mark.parametrize(
    "case", ["no token", "other path", "publish only", "expired", "forged", "junk"]
)
async def test_nobody_reads_without_the_right_token(
    desk: MediaDesk, footage: Footage, case: str
) -> None:
    desk.camera.play(footage, 0)
    await desk.until_published()
    token = {
        "no token": None,
        "other path": desk.token("cam_02"),
        "publish only": desk.token(action=MediaAction.PUBLISH),
        "expired": desk.tokens.issue("vera", MediaPermission(MediaAction.READ, desk.key), -1),
        "forged": SignedMediaTokens("another secret", desk.clock).issue(
            "vera", MediaPermission(MediaAction.READ, desk.key), 300
        ),
        "junk": "a.b.c",
    }[case]
    with pytest.raises(Refused) as by_webrtc:
        async with whep_viewer(desk.whep_url, token):
            pass
    assert by_webrtc.value.status == 401
    assert (await desk.get_hls(desk.hls_url, token)).status_code == 401
    query = f"?token={token}" if token else ""
    with pytest.raises(Refused) as by_rtsp:
        async with rtsp_viewer(f"{desk.server.rtsp_url}/{desk.key}{query}"):
            pass
    assert by_rtsp.value.status == 401


async def test_a_viewer_neither_publishes_nor_configures(desk: MediaDesk) -> None:
    token = desk.token()
    with pytest.raises(Refused) as refusal:
        async with whep_viewer(desk.whep_url.replace("/whep", "/whip"), token):
            pass
    assert refusal.value.status == 401
    answer = await desk.get_hls(f"{desk.server.api_url}/v3/config/paths/list", token)
    assert answer.status_code == 401


async def test_a_path_that_is_not_open_is_nobodys(desk: MediaDesk, footage: Footage) -> None:
    await desk.restreamer.close_path(desk.key)
    desk.camera.play(footage, 0)
    await desk.until(lambda: desk.publisher.trouble is not None)
    assert desk.publisher.sessions == 0
    await desk.restreamer.open_path(desk.key)
    await desk.until(lambda: desk.publisher.sessions == 1)


async def test_closing_a_path_ends_its_viewers(desk: MediaDesk, footage: Footage) -> None:
    desk.camera.play(footage, 0)
    await desk.until_published()
    async with rtsp_viewer(desk.rtsp_url()) as seen:
        await seen.until_units(3)
        await desk.restreamer.close_path(desk.key)
        await seen.until(lambda: seen.has_ended)


async def test_publishing_goes_on_after_the_server_was_killed(
    desk: MediaDesk, footage: Footage
) -> None:
    desk.camera.play(footage, 0)
    await desk.until_published()
    await desk.server.kill()
    await desk.until(lambda: desk.publisher.trouble is not None)
    with pytest.raises(DependencyUnavailable, match="cannot be reached"):
        await desk.restreamer.paths()
    await desk.server.start()
    assert list(await desk.restreamer.paths()) == [], "it remembers nothing"
    await desk.restreamer.open_path(desk.key)
    started_s = desk.clock.monotonic()
    await desk.until(lambda: desk.publisher.sessions == 2)
    assert desk.clock.monotonic() - started_s < 15
    await desk.until_published()
    async with rtsp_viewer(desk.rtsp_url()) as seen:
        await seen.until_units(10)
    assert_times_of_camera(seen, desk.camera.shown)


async def test_a_camera_that_was_away_goes_on_for_the_same_viewers(
    desk: MediaDesk, footage: Footage
) -> None:
    """MediaMTX drops a publisher that says nothing for 10 s."""
    desk.camera.play(footage, 0)
    await desk.until_published()
    async with (
        rtsp_viewer(desk.rtsp_url()) as rtsp,
        whep_viewer(desk.whep_url, desk.token()) as whep,
    ):
        for seen in (rtsp, whep):
            await seen.until_units(5)
        await desk.camera.stop()
        desk.publisher.pause()
        await desk.clock.sleep(13)
        desk.camera.play(footage, 3_000 * TICK_90K)
        for seen in (rtsp, whep):
            await seen.until_units(15)
            assert not seen.has_ended
    assert desk.publisher.sessions == 1
    assert_times_of_camera(rtsp, desk.camera.shown, gaps=1)
    assert_times_of_camera(whep, desk.camera.shown, gaps=1)


async def test_another_size_is_a_new_session(
    desk: MediaDesk, footage: Footage, tmp_path: Path
) -> None:
    desk.camera.play(footage, 0)
    await desk.until_published()
    async with rtsp_viewer(desk.rtsp_url()) as seen:
        await seen.until_units(3)
        await desk.camera.stop()
        desk.camera.play(encode(tmp_path, width=160, height=96), 1_000 * TICK_90K)
        await seen.until(lambda: seen.has_ended)
    await desk.until(lambda: desk.publisher.sessions == 2)
    await desk.until_published()
    async with rtsp_viewer(desk.rtsp_url()) as again:
        await again.until_units(5)
    assert_times_of_camera(again, desk.camera.shown)


async def test_h265_is_passed_on_with_its_times(desk: MediaDesk, tmp_path: Path) -> None:
    desk.camera.play(encode(tmp_path, codec="libx265"), 123_456_789)
    await desk.until_published()
    async with rtsp_viewer(desk.rtsp_url()) as seen:
        await seen.until_units(30)
    assert_times_of_camera(seen, desk.camera.shown, codec="hevc")


async def test_b_frames_are_passed_on_by_rtsp(desk: MediaDesk, tmp_path: Path) -> None:
    desk.camera.play(encode(tmp_path, b_frames=2), WRAP - 20 * TICK_90K)
    await desk.until_published()
    async with rtsp_viewer(desk.rtsp_url()) as seen:
        await seen.until_units(40)
    assert_times_of_camera(seen, desk.camera.shown)
    times = [unit.timestamp for unit in seen.units]
    assert any((later - earlier) % WRAP > WRAP // 2 for earlier, later in pairwise(times))


async def test_webrtc_gives_b_frames_up(desk: MediaDesk, tmp_path: Path) -> None:
    """A limit of MediaMTX: players go on by HLS, or the camera's live view is transcoded."""
    desk.camera.play(encode(tmp_path, b_frames=2), 0)
    await desk.until_published()
    async with whep_viewer(desk.whep_url, desk.token()):
        await desk.until(lambda: "doesn't support H264 streams with B-frames" in desk.server.log)
    assert (await desk.get_hls(desk.hls_url, desk.token())).status_code == 200


async def test_webrtc_passes_h265_to_those_alone_who_know_it(
    desk: MediaDesk, tmp_path: Path
) -> None:
    desk.camera.play(encode(tmp_path, codec="libx265"), 0)
    await desk.until_published()
    with pytest.raises(Refused) as refusal:
        async with whep_viewer(desk.whep_url, desk.token()):
            pass
    assert refusal.value.status == 400


async def test_only_the_dashboards_pages_may_read() -> None:
    """Browsers ask before they send a token to another origin."""
    dashboard = "http://127.0.0.1:8080"
    try:
        async with MediaMtx(allow_origins=(dashboard,)) as server, httpx2.AsyncClient() as browser:
            for url, method in ((server.whep_url, "POST"), (server.hls_url, "GET")):
                for origin, allowed in ((dashboard, dashboard), ("http://evil.example", None)):
                    question = {"Origin": origin, "Access-Control-Request-Method": method}
                    answer = await browser.options(f"{url}/cam_01/whep", headers=question)
                    assert answer.headers.get("access-control-allow-origin") == allowed
                    assert "Authorization" in answer.headers["access-control-allow-headers"]
    except ServerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def restreamer(desk: MediaDesk) -> MediaMtxRestreamer:
    await desk.restreamer.close_path(desk.key)
    return desk.restreamer


class TestMediaMtxRestreamer(RestreamerContract):
    async def test_paths_of_others_are_left_alone(self, desk: MediaDesk) -> None:
        async with MediaMtx() as server, httpx2.AsyncClient(base_url=server.api_url) as api:
            (await api.post("/v3/config/paths/add/theirs", json={})).raise_for_status()
            ours = MediaMtxRestreamer(server.api_url, desk.tokens, desk.clock)
            await ours.open_path("ours")
            assert list(await ours.paths()) == [MediaPath("ours")]
            await ours.close()
            listed = (await api.get("/v3/config/paths/list")).json()["items"]
            assert {path["name"] for path in listed} == {"ours", "theirs"}

    async def test_a_token_of_another_secret_is_refused(self, desk: MediaDesk) -> None:
        stranger = MediaMtxRestreamer(
            desk.server.api_url, SignedMediaTokens("x", desk.clock), desk.clock
        )
        with pytest.raises(DependencyUnavailable, match="401"):
            await stranger.paths()
        await stranger.close()
