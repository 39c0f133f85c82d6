"""Opens a source of any kind."""

import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from urllib.parse import urlsplit

import av

from sentinel_camera.sources.access import PlayTime, SourceAccess, wall_time
from sentinel_camera.sources.addresses import check_address, check_peers, file_path
from sentinel_camera.sources.failures import open_failure
from sentinel_camera.sources.http_streams import open_http
from sentinel_camera.sources.opened import OpenSource, of_container
from sentinel_camera.sources.simulated import open_simulated
from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.domain.cameras import SIMULATED_SCHEME, is_live_source

_FILE_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,h264,hevc,mjpeg,m4v,"
    "image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe"
)


@contextmanager
def open_source(
    source_url: str, access: SourceAccess, time: PlayTime | None = None
) -> Iterator[OpenSource]:
    """Open a file, a network source or a simulated camera; decoding is single-threaded.

    Args:
        source_url: Of any kind that `check_source` lets through.
        access: How a network source is asked.
        time: How it waits where it has to; None: by doing nothing.

    Raises:
        SourceFailed: With the reason.
    """
    scheme = urlsplit(source_url).scheme.lower()
    time = time or wall_time(SystemClock())
    opening: AbstractContextManager[OpenSource]
    if scheme == SIMULATED_SCHEME:
        opening = nullcontext(open_simulated(source_url, time.clock))
    elif scheme in ("http", "https"):
        opening = open_http(source_url, access, time)
    elif is_live_source(source_url):
        opening = _open_rtsp(source_url, access)
    else:
        opening = _open_file(source_url)
    with opening as opened:
        yield opened


@contextmanager
def _open_file(source_url: str) -> Iterator[OpenSource]:
    try:
        container = av.open(
            str(file_path(source_url)),
            # A playlist must not lead out of its folder or into the network.
            options={"protocol_whitelist": "file", "format_whitelist": _FILE_FORMATS},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise open_failure(error, source_url) from None
    with container:
        yield of_container(container, is_ahead=True)


@contextmanager
def _open_rtsp(source_url: str, access: SourceAccess) -> Iterator[OpenSource]:
    check_address(source_url, allow_private=access.allow_private)
    try:
        container = av.open(
            source_url,
            options=_rtsp_options(access),
            timeout=(access.connect_s, access.read_s),
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise open_failure(error, source_url) from None
    with container:
        if not access.allow_private:
            check_peers()
        yield of_container(container)


def _rtsp_options(access: SourceAccess) -> dict[str, str]:
    options = {
        "rtsp_transport": access.rtsp_transport.value,
        "allowed_media_types": "video",
        "timeout": str(int(access.read_s * 1_000_000)),
        # SDP names the codec; probing would hold back a second of video and deliver it late, and
        # with `nobuffer` throw away the first keyframe.
        "probesize": "32",
        "analyzeduration": "0",
    }
    if access.verify_certificates:
        options["tls_verify"] = "1"
        if (authorities := ssl.get_default_verify_paths().cafile) is not None:
            options["ca_file"] = authorities
    return options
