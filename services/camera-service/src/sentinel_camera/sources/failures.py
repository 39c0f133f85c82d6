"""What an error of FFmpeg means to a person."""

import ssl
import urllib.error

import av

from sentinel_core.domain.cameras import SourceReason, is_live_source
from sentinel_core.domain.errors import SourceFailed

_FAILURES: tuple[tuple[tuple[type[BaseException], ...], SourceReason, str], ...] = (
    (
        (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError),
        SourceReason.UNAUTHORISED,
        "The camera wants another user name or password.",
    ),
    (
        (av.error.HTTPNotFoundError,),
        SourceReason.NO_VIDEO,
        "The camera answers, but has no stream under this address.",
    ),
    (
        (ConnectionRefusedError,),
        SourceReason.REFUSED,
        "Nothing listens at this address and port.",
    ),
    (
        (av.error.HTTPClientError, av.error.HTTPError),
        SourceReason.REFUSED,
        "The camera refuses the request.",
    ),
)


def open_failure(error: BaseException, source_url: str) -> SourceFailed:
    """Why a source could not be opened.

    The message never repeats FFmpeg's text, which holds the URL with its password.
    """
    for kinds, reason, message in _FAILURES:
        if isinstance(error, kinds):
            return SourceFailed(message, reason=reason)
    tell = _live_failure if is_live_source(source_url) else _file_failure
    return tell(error)


def http_failure(error: BaseException) -> SourceFailed:
    """Why a URL could not be loaded."""
    if isinstance(error, urllib.error.HTTPError):
        reason, message = _status_failure(error.code)
        error.close()
        return SourceFailed(message, reason=reason)
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        error = error.reason
    return open_failure(error, "http://")


def _status_failure(status: int) -> tuple[SourceReason, str]:
    if status in (401, 403):
        return SourceReason.UNAUTHORISED, _FAILURES[0][2]
    if status in (404, 410):
        return SourceReason.NO_VIDEO, _FAILURES[1][2]
    return SourceReason.REFUSED, f"The camera refuses the request (HTTP {status})."


def read_failure(error: BaseException) -> SourceFailed:
    """Why a live source that was open cannot be read any more."""
    if isinstance(error, TimeoutError | av.error.ExitError):
        return SourceFailed("The camera has stopped sending.", reason=SourceReason.STALLED)
    if isinstance(error, ValueError):
        return SourceFailed("The stream is damaged.", reason=SourceReason.CORRUPT)
    return SourceFailed("The camera has closed the connection.", reason=SourceReason.ENDED)


def _live_failure(error: BaseException) -> SourceFailed:
    if isinstance(error, TimeoutError | av.error.ExitError):
        message = "The camera does not answer in time."
    elif isinstance(error, ssl.SSLCertVerificationError) or "certificate failed" in str(error):
        message = "The camera's certificate is not valid (cameras.verify_certificates)."
    elif isinstance(error, ValueError):
        message = "What answers at this address is no camera."
    else:
        message = "The address cannot be found or reached."
    return SourceFailed(message, reason=SourceReason.UNREACHABLE)


def _file_failure(error: BaseException) -> SourceFailed:
    messages: tuple[tuple[type[BaseException], str], ...] = (
        (FileNotFoundError, "The file does not exist."),
        (PermissionError, "The file may not be read by this program."),
        (IsADirectoryError, "This is a folder, not a file."),
        (ValueError, "The file is no video, or it is damaged."),
    )
    for kind, message in messages:
        if isinstance(error, kind):
            return SourceFailed(message, reason=SourceReason.UNREADABLE)
    return SourceFailed("The file cannot be read.", reason=SourceReason.UNREADABLE)
