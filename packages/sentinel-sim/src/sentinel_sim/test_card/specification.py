"""What a test card looks like, and the `sim:` URL that asks for one."""

from dataclasses import dataclass, fields
from urllib.parse import parse_qsl, urlsplit

from sentinel_core.domain.cameras import SIMULATED_SCHEME
from sentinel_core.domain.errors import InvalidInput

CODECS = ("h264", "hevc")
_CARD = "clock"
_FIELD = "source_url"
_BOUNDS = {
    "fps": (1, 60),
    "width": (160, 3840),
    "height": (96, 2160),
    "gop": (1, 600),
    "b_frames": (0, 4),
    "kbps": (0, 50_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSpec:
    """A test card; bounds are those of `from_url`.

    Attributes:
        fps: Pictures a second.
        width: Pixels, even, as `height`.
        gop: Pictures from keyframe to keyframe.
        b_frames: Pictures in a row that are sent after a later one.
        codec: `h264` or `hevc`.
        kbps: Of the coded video; 0: as much as a good picture needs.
    """

    fps: int = 25
    width: int = 1280
    height: int = 720
    gop: int = 25
    b_frames: int = 0
    codec: str = "h264"
    kbps: int = 0

    @classmethod
    def from_url(cls, url: str) -> "CardSpec":
        """Read `sim:clock?fps=25&width=1280&…`; what is not named has its default.

        Raises:
            InvalidInput: With a sentence for a person; `field` is `source_url`.
        """
        parts = urlsplit(url)
        if parts.scheme != SIMULATED_SCHEME or (parts.netloc or parts.path) != _CARD:
            raise _invalid("The only simulated camera is sim:clock.")
        values: dict[str, int] = {}
        codec = CODECS[0]
        for name, text in parse_qsl(parts.query, keep_blank_values=True):
            if name == "codec":
                codec = text
            else:
                values[name] = _number(name, text)
        if codec not in CODECS:
            raise _invalid(f"sim:clock has no codec {codec!r}, only {' and '.join(CODECS)}.")
        spec = cls(**values, codec=codec)
        if spec.width % 2 or spec.height % 2:
            raise _invalid("width and height of sim:clock are even.")
        return spec


def _number(name: str, text: str) -> int:
    if name not in _BOUNDS:
        known = ", ".join(field.name for field in fields(CardSpec))
        raise _invalid(f"sim:clock has no option {name!r}; there are {known}.")
    low, high = _BOUNDS[name]
    # `isdecimal` alone lets digits of other scripts through.
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise _invalid(f"{name} of sim:clock is a whole number from {low} to {high}.")
    return int(text)


def _invalid(message: str) -> InvalidInput:
    return InvalidInput(message, field=_FIELD)
