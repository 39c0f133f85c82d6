"""Which formatter a stream needs."""

from av.video.codeccontext import VideoCodecContext

from sentinel_camera.sources.formatting import UnitFormatter
from sentinel_camera.sources.h264 import AvcFormatter
from sentinel_camera.sources.hevc import HevcFormatter

_FORMATTERS: dict[str, type[UnitFormatter]] = {"h264": AvcFormatter, "hevc": HevcFormatter}


def formatter_of(context: VideoCodecContext) -> UnitFormatter | None:
    """The formatter for what `context` decodes; None where players cannot take it at all."""
    kind = _FORMATTERS.get(context.name)
    return None if kind is None else kind(context.extradata)
