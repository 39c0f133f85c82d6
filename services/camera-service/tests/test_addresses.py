import socket
from pathlib import Path

import pytest

from sentinel_camera.sources.addresses import (
    check_address,
    check_peers,
    check_source,
    is_public,
)
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import InvalidInput, SourceFailed


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://host/a",
        "rtsps://u:p@host:322/a",
        "rtsp://[::1]:8554/",
        "http://host/a.m3u8",
        "https://u:p@host:8443/video.mjpg",
        "sim:clock?fps=10",
    ],
)
def test_network_sources_are_allowed(url: str) -> None:
    check_source(url, [])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/a",
        "rtsp:///a",
        "http:///a",
        "gopher://host/a",
        "sim:crossing",
        "sim:clock?fps=1000",
        "rtsp://host:0/",
        "rtsp://host:99999/",
        "",
        "a.mp4",
    ],
)
def test_other_sources_are_not(url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_source(url, [tmp_path])
    assert caught.value.field == "source_url"


def test_files_must_be_in_an_allowed_folder(tmp_path: Path) -> None:
    allowed, other = tmp_path / "allowed", tmp_path / "other"
    allowed.mkdir()
    other.mkdir()
    (allowed / "link.mp4").symlink_to(other / "clip.mp4")
    check_source(str(allowed / "clip.mp4"), [allowed])
    check_source((allowed / "with space.mp4").as_uri(), [allowed])
    for path in (other / "clip.mp4", allowed / "link.mp4", allowed / ".." / "other" / "clip.mp4"):
        with pytest.raises(InvalidInput):
            check_source(str(path), [allowed])


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "[::1]", "169.254.169.254", "localhost"])
def test_private_addresses_may_be_forbidden(host: str) -> None:
    check_address(f"rtsp://{host}/a", allow_private=True)
    with pytest.raises(SourceFailed) as caught:
        check_address(f"rtsp://{host}/a", allow_private=False)
    assert caught.value.reason is SourceReason.UNSUPPORTED_SOURCE


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:1.1.1.1", True),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound
        ("224.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
    ],
)
def test_what_is_on_the_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_where_a_connection_leads_is_looked_at_too() -> None:
    check_peers()
    with socket.create_server(("127.0.0.1", 0)) as server:
        check_peers()
        with (
            socket.create_connection(server.getsockname()),
            pytest.raises(SourceFailed) as caught,
        ):
            check_peers()
    assert caught.value.reason is SourceReason.UNSUPPORTED_SOURCE


def test_public_addresses_are_always_allowed() -> None:
    check_address("rtsp://1.1.1.1/a", allow_private=False)
    check_address("/videos/clip.mp4", allow_private=False)
