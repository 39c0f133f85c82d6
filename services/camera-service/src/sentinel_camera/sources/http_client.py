"""HTTP for camera sources: only to addresses that are allowed, whatever redirects say.

FFmpeg never opens a network connection for such a source: what a playlist or a redirect leads to
goes through here too.
"""

import http.client
import socket
import ssl
import urllib.request
from types import TracebackType
from urllib.parse import unquote, urlsplit, urlunsplit

from sentinel_camera.sources.access import SourceAccess
from sentinel_camera.sources.addresses import find_addresses
from sentinel_camera.sources.failures import http_failure

_AGENT = "sentinel-camera"
_Range = tuple[int, int]
"""First byte, and how many."""


class HttpBody:
    """What a server answers, while it comes."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.url: str = response.url
        """Where it was found in the end."""
        self.content_type = response.headers.get("Content-Type", "").lower()
        self.has_length = "Content-Length" in response.headers

    def __enter__(self) -> "HttpBody":
        """Keep open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def read(self, size: int) -> bytes:
        """Up to `size` bytes as soon as there are any; none at the end.

        Raises:
            TimeoutError: The server is silent.
            OSError: The connection broke.
        """
        try:
            return self._response.read1(size)
        except http.client.HTTPException as error:
            raise ConnectionResetError(str(error)) from None

    def read_text(self, limit: int) -> str:
        """All of a small text.

        Raises:
            ValueError: It is longer than `limit` bytes.
            OSError: The connection broke.
        """
        pieces = bytearray()
        while piece := self.read(limit):
            pieces += piece
            if len(pieces) > limit:
                raise ValueError("the answer is too long")
        return pieces.decode("utf-8", errors="replace")

    def close(self) -> None:
        """Close the connection; fine to call twice."""
        self._response.close()


class HttpClient:
    """Opens URLs with the user and the password of the source, at its origin alone."""

    def __init__(self, source_url: str, access: SourceAccess) -> None:
        """Prepare; nothing is opened before `get`."""
        parts = urlsplit(source_url)
        host = parts.netloc.rpartition("@")[2]
        self.url = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
        """The source without user and password."""
        self._timeout_s = access.read_s
        self._opener = urllib.request.OpenerDirector()
        handlers: list[urllib.request.BaseHandler] = [
            _PlainHandler(access),
            _TlsHandler(access),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.UnknownHandler(),
        ]
        if parts.username is not None:
            secrets = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            user, password = unquote(parts.username), unquote(parts.password or "")
            secrets.add_password(None, f"{parts.scheme}://{host}/", user, password)
            handlers.append(urllib.request.HTTPBasicAuthHandler(secrets))
            handlers.append(urllib.request.HTTPDigestAuthHandler(secrets))
        for handler in handlers:
            self._opener.add_handler(handler)

    def get(self, url: str, byte_range: _Range | None = None) -> HttpBody:
        """Open a URL.

        Raises:
            SourceFailed: With the reason.
        """
        request = urllib.request.Request(url, headers={"User-Agent": _AGENT})  # noqa: S310 - the opener knows http and https alone
        if byte_range is not None:
            first, count = byte_range
            request.add_header("Range", f"bytes={first}-{first + count - 1}")
        try:
            response = self._opener.open(request, timeout=self._timeout_s)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise http_failure(error) from None
        if not isinstance(response, http.client.HTTPResponse):
            raise http_failure(ValueError("no answer"))
        return HttpBody(response)


class _PlainConnection(http.client.HTTPConnection):
    """Connects to an address that was checked, not to one that is looked up once more."""

    allow_private = True

    def connect(self) -> None:
        self.sock = _connect(self, allow_private=self.allow_private)


class _TlsConnection(http.client.HTTPSConnection):
    allow_private = True
    tls: ssl.SSLContext

    def connect(self) -> None:
        plain = _connect(self, allow_private=self.allow_private)
        try:
            self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


class _PlainHandler(urllib.request.AbstractHTTPHandler):
    """Opens `http`."""

    def __init__(self, access: SourceAccess) -> None:
        super().__init__()
        self._access = access

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        def connection(host: str, /, *, timeout: float = 0.0, **_: object) -> _PlainConnection:
            made = _PlainConnection(host, timeout=timeout)
            made.allow_private = self._access.allow_private
            return made

        return self.do_open(connection, request)

    http_request = urllib.request.AbstractHTTPHandler.do_request_


class _TlsHandler(urllib.request.AbstractHTTPHandler):
    """Opens `https`."""

    def __init__(self, access: SourceAccess) -> None:
        super().__init__()
        self._access = access
        self._tls = _tls_context(verify=access.verify_certificates)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        def connection(host: str, /, *, timeout: float = 0.0, **_: object) -> _TlsConnection:
            made = _TlsConnection(host, timeout=timeout)
            made.allow_private = self._access.allow_private
            made.tls = self._tls
            return made

        return self.do_open(connection, request)

    https_request = urllib.request.AbstractHTTPHandler.do_request_


def _tls_context(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _connect(connection: http.client.HTTPConnection, *, allow_private: bool) -> socket.socket:
    addresses = find_addresses(connection.host, connection.port, allow_private=allow_private)
    failure: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, connection.port), connection.timeout)
        except OSError as error:
            failure = error
    raise failure or OSError("no address")
