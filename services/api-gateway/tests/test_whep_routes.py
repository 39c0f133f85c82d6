"""WebRTC over HTTP: who is let in, and what the answers say."""

from dataclasses import replace

import httpx2
import pytest

from sentinel_api.live_video.peers import PeerViewers
from sentinel_api.testing import World
from sentinel_core.domain.errors import InvalidInput, NotFound, RateLimited, SentinelError
from sentinel_core.ports.peer_video import PeerSession

OFFER = "v=0\r\n"


class FakePeerVideo:
    """Takes every offer, until told otherwise."""

    def __init__(self) -> None:
        self.sessions: list[tuple[str, str]] = []
        self.failure: SentinelError | None = None

    async def open(self, camera_key: str, offer_sdp: str) -> PeerSession:
        if self.failure is not None:
            raise self.failure
        self.sessions.append((camera_key, offer_sdp))
        return PeerSession("one", "the answer")

    async def close(self, camera_key: str, session_id: str) -> None:
        if session_id != "one":
            raise NotFound("no such session")
        self.sessions.clear()


@pytest.fixture
def peers(world: World) -> FakePeerVideo:
    video = FakePeerVideo()
    state = world.service.app.state
    viewers = PeerViewers(database=world.database, video=video)
    state.context = replace(state.context, peers=viewers)
    return video


async def ask(world: World, body: str | bytes = OFFER, camera: str = "cam_01") -> httpx2.Response:
    return await world.client().post(
        f"/api/cameras/{camera}/whep", content=body, headers={"Content-Type": "application/sdp"}
    )


async def test_an_offer_is_answered_until_the_viewer_ends_it(
    world: World, peers: FakePeerVideo
) -> None:
    camera = await world.add_camera()
    answer = await ask(world, camera=str(camera.id))
    assert (answer.status_code, answer.text) == (201, "the answer")
    assert answer.headers["content-type"].startswith("application/sdp")
    assert answer.headers["location"] == "/api/cameras/cam_01/whep/one"
    assert peers.sessions == [("cam_01", OFFER)]
    assert (await world.client().delete(answer.headers["location"])).status_code == 204
    assert peers.sessions == []
    assert (await world.client().delete("/api/cameras/cam_01/whep/two")).status_code == 404


@pytest.mark.parametrize(
    ("failure", "status"),
    [(InvalidInput("B-frames"), 422), (RateLimited("too many", retry_after_s=10), 429)],
)
async def test_a_refusal_says_why(
    world: World, peers: FakePeerVideo, failure: SentinelError, status: int
) -> None:
    await world.add_camera()
    peers.failure = failure
    answer = await ask(world)
    assert (answer.status_code, answer.json()["detail"]) == (status, failure.message)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"x" * 70_000])
async def test_what_is_no_offer_is_refused(world: World, peers: FakePeerVideo, body: bytes) -> None:
    await world.add_camera()
    assert (await ask(world, body)).status_code == 422
    assert peers.sessions == []


async def test_it_is_not_there_where_it_is_switched_off(world: World) -> None:
    await world.add_camera()
    assert (await ask(world)).status_code == 404
    assert (await ask(world, camera="nobody")).status_code == 404
