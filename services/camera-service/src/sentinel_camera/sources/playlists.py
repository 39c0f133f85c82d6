"""HLS playlists (RFC 8216): what is needed to follow one rendition."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from sentinel_core.domain.cameras import SourceReason
from sentinel_core.domain.errors import SourceFailed

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]*)')
_LARGEST_HEIGHT_PX = 1088
_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to load: a URL, and which bytes of it: first and count; None: all."""

    url: str
    byte_range: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of video. `header` belongs before it."""

    sequence: int
    resource: Resource
    header: Resource | None


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """Pieces of video in order; `is_finished` says that none will follow."""

    target_s: float
    segments: tuple[Segment, ...]
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One rendition of a master playlist."""

    url: str
    bandwidth: int
    height: int


def parse_variants(text: str, base_url: str) -> list[Variant]:
    """The renditions of a master playlist; empty where it is a media playlist.

    Raises:
        SourceFailed: It is no playlist, or leads somewhere it must not.
    """
    variants, announced = [], None
    for line in _lines(text):
        if line.startswith("#EXT-X-STREAM-INF:"):
            announced = _attributes(line)
        elif announced is not None and not line.startswith("#"):
            size = announced.get("RESOLUTION", "").partition("x")[2]
            bandwidth = _number(announced.get("BANDWIDTH", "0"))
            variants.append(Variant(_join(base_url, line), int(bandwidth), int(_number(size))))
            announced = None
    return variants


def choose_variant(variants: list[Variant]) -> Variant:
    """The best rendition that is no larger than full HD; the smallest where all are."""
    fitting = [variant for variant in variants if variant.height <= _LARGEST_HEIGHT_PX]
    if fitting:
        return max(fitting, key=lambda variant: (variant.height, variant.bandwidth))
    return min(variants, key=lambda variant: (variant.height, variant.bandwidth))


def parse_media(text: str, base_url: str) -> MediaPlaylist:
    """A media playlist.

    Raises:
        SourceFailed: It is no playlist, is encrypted, or leads somewhere it must not.
    """
    parser = _MediaParser(base_url)
    for line in _lines(text):
        parser.take(line)
    return MediaPlaylist(parser.target_s, tuple(parser.segments), parser.is_finished)


class _MediaParser:
    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._sequence = 0
        self._header: Resource | None = None
        self._range: tuple[int, int] | None = None
        self._range_end = 0
        self.target_s = 6.0
        self.segments: list[Segment] = []
        self.is_finished = False

    def take(self, line: str) -> None:
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-TARGETDURATION":
            self.target_s = min(60.0, max(0.2, _number(value)))
        elif tag == "#EXT-X-MEDIA-SEQUENCE":
            self._sequence = int(_number(value))
        elif tag == "#EXT-X-MAP":
            self._header = self._read_header(_attributes(line))
        elif tag == "#EXT-X-KEY":
            _refuse_keys(_attributes(line))
        elif tag == "#EXT-X-BYTERANGE":
            self._range = _byte_range(value, self._range_end)
        elif tag == "#EXT-X-ENDLIST":
            self.is_finished = True
        elif not line.startswith("#"):
            self._add(line)

    def _add(self, line: str) -> None:
        resource = Resource(_join(self._base_url, line), self._range)
        self._range_end = sum(self._range) if self._range else 0
        self._range = None
        self.segments.append(Segment(self._sequence, resource, self._header))
        self._sequence += 1

    def _read_header(self, attributes: dict[str, str]) -> Resource:
        span = attributes.get("BYTERANGE")
        byte_range = None if span is None else _byte_range(span, 0)
        return Resource(_join(self._base_url, attributes.get("URI", "")), byte_range)


def _lines(text: str) -> list[str]:
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise SourceFailed("What answers is no playlist.", reason=SourceReason.NO_VIDEO)
    return [line.strip() for line in text.splitlines() if line.strip()]


def _attributes(line: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(line.partition(":")[2])
    return {name: value.strip('"') for name, value in found}


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) < 2**62 else 0.0


def _byte_range(text: str, following: int) -> tuple[int, int]:
    count, _, first = text.strip('"').partition("@")
    return int(_number(first)) if first else following, int(_number(count))


def _refuse_keys(attributes: dict[str, str]) -> None:
    if attributes.get("METHOD", "NONE") != "NONE":
        raise SourceFailed(
            "The stream is encrypted, which cannot be read.",
            reason=SourceReason.UNSUPPORTED_SOURCE,
        )


def _join(base_url: str, reference: str) -> str:
    try:
        url = urljoin(base_url, reference)
        scheme = urlsplit(url).scheme
    except ValueError:
        url = scheme = ""
    if scheme not in _SCHEMES:
        raise SourceFailed(
            "The playlist leads to something that is not on the web.",
            reason=SourceReason.UNSUPPORTED_SOURCE,
        )
    return url
