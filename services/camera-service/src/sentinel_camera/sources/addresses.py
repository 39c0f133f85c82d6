"""Which sources may be opened at all."""

import ipaddress
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sentinel_core.domain.cameras import (
    FILE_SCHEMES,
    LIVE_SCHEMES,
    SIMULATED_SCHEME,
    SourceReason,
    is_live_source,
)
from sentinel_core.domain.errors import InvalidInput, SourceFailed
from sentinel_sim.test_card.specification import CardSpec

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
SUPPORTED = "rtsp, rtsps, http, https, file and sim"


def check_source(source_url: str, file_roots: Sequence[Path]) -> None:
    """Refuse what no camera may be: unknown schemes and test cards, files outside of the folders.

    Raises:
        InvalidInput: With a sentence for a person; `field` is `source_url`.
    """
    try:
        parts = urlsplit(source_url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise InvalidInput("This is no URL.", field="source_url") from None
    if parts.scheme in LIVE_SCHEMES:
        if not parts.hostname or not port_is_fine:
            raise InvalidInput("The URL names no host.", field="source_url")
    elif parts.scheme in FILE_SCHEMES:
        _check_file(source_url, file_roots)
    elif parts.scheme == SIMULATED_SCHEME:
        CardSpec.from_url(source_url)
    else:
        raise InvalidInput(
            f"Sources of the kind {parts.scheme}: cannot be read; {SUPPORTED} can.",
            field="source_url",
        )


def check_address(source_url: str, *, allow_private: bool) -> None:
    """Find the host of a network source, and refuse one that may not be asked.

    Blocks while names are looked up.

    Raises:
        SourceFailed: The name is not known, or leads into a private network.
    """
    if not is_live_source(source_url):
        return
    parts = urlsplit(source_url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    find_addresses(parts.hostname or "", port, allow_private=allow_private)


def find_addresses(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The addresses of a host, all of which may be asked.

    Blocks while names are looked up.

    Raises:
        SourceFailed: The name is not known, or leads into a private network.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceFailed(
            "The name of the camera's host is not known.", reason=SourceReason.UNREACHABLE
        ) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(map(is_public, addresses)):
        raise _private()
    return addresses


def check_peers() -> None:
    """Refuse what this process is connected to, where it is not on the internet.

    FFmpeg looks a name up once more after it was checked, and follows redirects of RTSP: nothing
    is read from where that leads to. Only for a process that has no other connections.

    Raises:
        SourceFailed: A connection leads into a private network.
    """
    for entry in Path("/proc/self/fd").iterdir():
        address = _peer(int(entry.name))
        if address is not None and not is_public(address):
            raise _private()


def _peer(descriptor: int) -> str | None:
    """The address that a descriptor is connected to; None where it is no such socket."""
    try:
        borrowed = socket.socket(fileno=descriptor)
    except OSError:
        return None
    try:
        if borrowed.family not in (socket.AF_INET, socket.AF_INET6):
            return None
        return str(borrowed.getpeername()[0])
    except OSError:
        return None
    finally:
        borrowed.detach()


def _private() -> SourceFailed:
    return SourceFailed(
        "The camera's address is in a private network, which is not allowed here.",
        reason=SourceReason.UNSUPPORTED_SOURCE,
    )


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast


def file_path(source_url: str) -> Path:
    """The path of a `file://` URL or of a plain path."""
    if source_url.startswith("file:"):
        return Path(unquote(urlsplit(source_url).path))
    return Path(source_url)


def _check_file(source_url: str, file_roots: Sequence[Path]) -> None:
    path = file_path(source_url)
    if not path.is_absolute():
        raise InvalidInput("The path must be absolute.", field="source_url")
    resolved = path.resolve()
    if not any(resolved.is_relative_to(root.resolve()) for root in file_roots):
        raise InvalidInput(
            "The file is in no folder that cameras may be read from (cameras.file_roots).",
            field="source_url",
        )
