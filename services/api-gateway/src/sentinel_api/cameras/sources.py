"""Which sources a camera may be given. Opening them is camera-service's business."""

import re
from pathlib import PurePath
from urllib.parse import SplitResult, unquote, urlsplit

from sentinel_core.domain.cameras import FILE_SCHEMES, LIVE_SCHEMES, SIMULATED_SCHEME
from sentinel_core.domain.errors import InvalidInput

FIELD = "source_url"
SUPPORTED = (
    "supported are rtsp://, rtsps://, http://, https://, file://, absolute paths and sim:clock"
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_source_url(source_url: str) -> None:
    """Refuse what no reader can open, whatever is on the other side.

    Raises:
        InvalidInput: Says what is supported; never repeats the URL, which may hold a password.
    """
    if _CONTROL.search(source_url):
        raise InvalidInput("the source has control characters", field=FIELD)
    try:
        parts = urlsplit(source_url)
        port = parts.port
    except ValueError as error:
        raise InvalidInput(
            "the URL cannot be read; percent-encode special characters of the password",
            field=FIELD,
        ) from error
    if parts.scheme in LIVE_SCHEMES:
        _check_network(parts, port)
    elif parts.scheme in FILE_SCHEMES:
        _check_file(parts)
    elif parts.scheme != SIMULATED_SCHEME:
        raise InvalidInput(f"{parts.scheme}: is not supported; {SUPPORTED}", field=FIELD)


def _check_network(parts: SplitResult, port: int | None) -> None:
    if not parts.hostname or port == 0:
        raise InvalidInput("the URL names no host", field=FIELD)
    if "@" in parts.path and "@" not in parts.netloc:
        # `rtsp://user:a/b@host` reads as host `user`; it would be stored and shown as a path.
        raise InvalidInput("percent-encode / and @ in the URL's password", field=FIELD)


def _check_file(parts: SplitResult) -> None:
    if parts.netloc not in {"", "localhost"}:
        raise InvalidInput("a file:// URL names no host: file:///folder/clip.mp4", field=FIELD)
    if not PurePath(unquote(parts.path)).is_absolute():
        raise InvalidInput(f"the path is not absolute; {SUPPORTED}", field=FIELD)
