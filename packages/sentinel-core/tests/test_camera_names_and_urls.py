"""Keys of cameras, and what is shown of their URLs."""

from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sentinel_core.domain.cameras import (
    derive_camera_key,
    has_credentials,
    is_camera_key,
    is_live_source,
    redact_url,
)

SECRET = "hunter2hunter2"


@pytest.mark.parametrize("key", ["a", "cam_01", "toll-km-39", "0", "_", "x" * 63])
def test_keys(key: str) -> None:
    assert is_camera_key(key)


@pytest.mark.parametrize(
    "text", ["", "Cam", "cam 01", "cam/01", "cäm", "cam.01", "x" * 64, "cam\n", "\ncam", "cam\0"]
)
def test_what_is_no_key(text: str) -> None:
    assert not is_camera_key(text)


@given(name=st.text(max_size=200))
@example(name="")
@example(name="交差点")
@example(name="_" * 100)
def test_every_name_gives_a_key(name: str) -> None:
    assert is_camera_key(derive_camera_key(name))


def test_key_reads_like_the_name() -> None:
    assert derive_camera_key("Toll km 39 (north)") == "toll_km_39_north"


@given(key=st.from_regex(r"[a-z0-9]([a-z0-9_]{0,61}[a-z0-9])?", fullmatch=True))
def test_key_of_a_key_is_itself(key: str) -> None:
    assume("__" not in key)
    assert derive_camera_key(key) == key


@pytest.mark.parametrize(
    "url",
    [
        f"rtsp://admin:{SECRET}@192.0.2.7:554/main",
        f"rtsps://{SECRET}@camera.example/main",
        f"rtsp://:{SECRET}@192.0.2.7/main",
        f"rtsp://admin:@{SECRET}@192.0.2.7/main",
        f"rtsp://admin:{SECRET}@[2001:db8::7]:554/main?x=1",
        f"RTSP://admin:{SECRET}@192.0.2.7/main",
        f"rtsp://admin:a/{SECRET}@192.0.2.7/main",
        f"rtsp://admin:12/{SECRET}@192.0.2.7/main",
        f"rtsp://admin:a?{SECRET}@192.0.2.7/main",
        f"rtsp://admin:a#{SECRET}@192.0.2.7/main",
        f"rtsp://admin:[{SECRET}@192.0.2.7/main",
        f"rtsp://192.0.2.7/main?user=admin&password={SECRET}",
        f"rtsp://192.0.2.7/user=admin&password={SECRET}&channel=1&stream=0.sdp?",
        f"rtsp://192.0.2.7/main?PWD={SECRET}&x=1",
        f"http://192.0.2.7/video.mjpg?token={SECRET}#x",
        f"https://192.0.2.7/live.m3u8?access_token={SECRET}&x=1",
        f"https://192.0.2.7/live.m3u8?x=1&X-Amz-Signature={SECRET}",
        f"https://192.0.2.7/live.m3u8?hdnts={SECRET}",
        f"https://operator:{SECRET}@192.0.2.7:8443/video.mjpg",
    ],
)
def test_credentials_are_not_shown(url: str) -> None:
    shown = redact_url(url)
    assert SECRET not in shown
    assert "192.0.2.7" in shown or "camera.example" in shown or "2001:db8::7" in shown
    assert has_credentials(url)
    assert redact_url(shown) == shown


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://192.0.2.7:554/main?channel=1&subtype=0",
        "rtsp://camera.example/a@b",
        "rtsp://192.0.2.7:8554/live/ch@1?x=@",
        "rtsp://[2001:db8::7]/main",
        "file:///videos/a@b:c.mp4",
        "/videos/user@home/password=x.mp4",
        "toll.mp4",
        "https://camera.example/live.m3u8?keyframes=2&monkey=1",
        "sim:clock?fps=25&width=1280",
        "",
    ],
)
def test_harmless_urls_are_shown_as_they_are(url: str) -> None:
    assert redact_url(url) == url
    assert not has_credentials(url)


@given(user=st.text(min_size=1, max_size=20), password=st.text(max_size=40))
def test_no_encoded_password_is_ever_shown(user: str, password: str) -> None:
    secret = (
        f"{quote(user, safe='', errors='replace')}:{quote(password, safe='', errors='replace')}"
    )
    url = f"rtsp://{secret}@192.0.2.7:554/main"
    assert redact_url(url) == "rtsp://192.0.2.7:554/main"


@given(password=st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
@example(password="[")
@example(password="a\n@b")
def test_no_raw_password_breaks_it(password: str) -> None:
    shown = redact_url(f"rtsp://admin:{SECRET}{password}@192.0.2.7/main")
    assert SECRET not in shown


@given(text=st.text(max_size=60))
@example(text="rtsp://[")
@example(text="//[::1")
def test_any_text_can_be_shown(text: str) -> None:
    assert redact_url(redact_url(text)) == redact_url(text)


@pytest.mark.parametrize(
    ("url", "live"),
    [
        ("rtsp://h/1", True),
        ("rtsps://h/1", True),
        ("RTSP://h/1", True),
        ("file:///a.mp4", False),
        ("/a.mp4", False),
        ("a.mp4", False),
        ("https://h/1.m3u8", True),
        ("sim:clock", False),
    ],
)
def test_live_sources(url: str, live: bool) -> None:
    assert is_live_source(url) is live
