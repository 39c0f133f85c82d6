"""Opens a source of any kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import av

from sentinel_camera.sources.addresses import check_address, file_path
from sentinel_camera.sources.failures import open_failure
from sentinel_camera.sources.opened import OpenSource, of_container
from sentinel_core.domain.cameras import RtspTransport, is_live_source

_FILE_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,h264,hevc,mjpeg,m4v,"
    "image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAccess:
    """How a network source is asked.

    Attributes:
        connect_s: Longest silence until it is open.
        read_s: Longest silence between two packets.
        verify_certificates: Whether the certificate of an RTSPS or HTTPS source has to be valid.
        allow_private: Whether its address may be in a private network.
    """

    connect_s: float
    read_s: float
    rtsp_transport: RtspTransport = RtspTransport.TCP
    verify_certificates: bool = False
    allow_private: bool = True


@contextmanager
def open_source(source_url: str, access: SourceAccess) -> Iterator[OpenSource]:
    """Open a file, an RTSP or an RTSPS URL; decoding is single-threaded.

    Raises:
        SourceFailed: With the reason.
    """
    if is_live_source(source_url):
        check_address(source_url, allow_private=access.allow_private)
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
        yield of_container(container)


def _rtsp_options(access: SourceAccess) -> dict[str, str]:
    return {
        "rtsp_transport": access.rtsp_transport.value,
        "allowed_media_types": "video",
        "timeout": str(int(access.read_s * 1_000_000)),
        # SDP names the codec; probing would hold back a second of video and deliver it late, and
        # with `nobuffer` throw away the first keyframe.
        "probesize": "32",
        "analyzeduration": "0",
    }
