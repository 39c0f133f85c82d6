"""What takes the coded video of one camera: browsers, clips, media servers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sentinel_core.domain.cameras import Camera


@dataclass(frozen=True, slots=True)
class VideoConfiguration:
    """How access units are coded.

    Attributes:
        codec: `h264` or `hevc`.
        record: The AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord.
        width: Pixels, as `height`.
    """

    codec: str
    record: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CodedUnit:
    """An access unit on the camera's media clock.

    Attributes:
        dts_90k: Decode time, never negative, growing over epochs.
        pts_90k: Presentation time; may lie before `dts_90k` by less than 2**31 ticks.
        data: NAL units with 4-byte lengths, without parameter sets.
        epoch: Stream epoch it belongs to.
        captured_at: `pts_90k` as UTC, by the epoch's anchor.
    """

    dts_90k: int
    pts_90k: int
    duration_90k: int
    is_key: bool
    data: bytes
    epoch: str
    captured_at: datetime


class PacketSink(Protocol):
    """Takes access units in decode order, in the event loop; never blocks and never raises.

    Where a camera has privacy masks, what comes here is masked already.
    """

    def configure(self, configuration: VideoConfiguration) -> None:
        """The next units are coded like this; often the same again."""
        ...

    def take(self, unit: CodedUnit) -> None:
        """The next unit. Units may come before the first configuration: ignore them."""
        ...

    def pause(self) -> None:
        """The source is lost. It may come back, with a new epoch: the clock goes on."""
        ...

    def forget(self) -> None:
        """Nothing taken so far may be shown any more: the camera was given other masks."""
        ...

    def close(self) -> None:
        """The camera is gone. Nothing follows."""
        ...


SinkFactory = Callable[[Camera], PacketSink]
