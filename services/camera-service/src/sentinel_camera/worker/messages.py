"""What a worker and its parent tell each other, one datagram each.

Pictures and packets lie in shared memory; only where they lie is sent. `unit` numbers the access
units of one worker, `run` counts the loops of a file. Ticks are of the source, scaled to 90 kHz.
"""

import msgspec

from sentinel_core.domain.cameras import (
    LiveViewMode,
    RtspTransport,
    SourceReason,
    is_live_source,
)
from sentinel_core.domain.frames import DropReason


class ReadJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Read a camera until told otherwise."""

    source_url: str
    sample_fps: float
    connect_timeout_s: float
    stall_timeout_s: float
    allow_private_addresses: bool
    verify_certificates: bool = False
    rtsp_transport: RtspTransport = RtspTransport.TCP
    loops: bool = True
    live_view: LiveViewMode = LiveViewMode.SOURCE
    motion_gating: bool = False
    masks: tuple[tuple[tuple[float, float], ...], ...] = ()
    """Corners of each mask, 0..1."""
    live_max_px: int = 1920
    forced_sample_s: float = 3.0
    hang_up_after_s: float | None = None
    """A parent that takes nothing for so long may have lost the camera to another process."""

    @property
    def may_drop(self) -> bool:
        """A file that is read once is looked at whole, however long that takes."""
        return self.loops or is_live_source(self.source_url)


class ProbeJob(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Look at a source for `look_s` and report; wait for a first picture up to `wait_s`."""

    source_url: str
    connect_timeout_s: float
    stall_timeout_s: float
    look_s: float
    wait_s: float
    allow_private_addresses: bool
    masks: tuple[tuple[tuple[float, float], ...], ...] = ()
    verify_certificates: bool = False


Job = ReadJob | ProbeJob


class Fork(msgspec.Struct, frozen=True, tag=True):
    """To the nursery: make a worker. Its end of the channel comes as a file descriptor."""

    worker: int
    job: Job


class Kill(msgspec.Struct, frozen=True, tag=True):
    """To the nursery: kill a worker; fine where it has ended."""

    worker: int


class Forked(msgspec.Struct, frozen=True, tag=True):
    """From the nursery: the worker's process."""

    worker: int
    pid: int


class RingReady(msgspec.Struct, frozen=True, tag=True):
    """Memory for packets; its file descriptor comes along."""

    size: int


class SlotsReady(msgspec.Struct, frozen=True, tag=True):
    """Memory for pictures of this size; its file descriptor comes along."""

    generation: int
    slots: int
    width: int
    height: int


class Configured(msgspec.Struct, frozen=True, tag=True):
    """How the following packets are to be decoded, see `restream.sinks.VideoConfiguration`."""

    codec: str
    record: bytes
    width: int
    height: int
    fps: float | None


class Packet(msgspec.Struct, frozen=True, tag=True):
    """An access unit, length-prefixed, at `offset` in the ring."""

    unit: int
    run: int
    pts: int
    dts: int
    duration: int
    is_key: bool
    offset: int
    size: int
    arrived_s: float


class Sampled(msgspec.Struct, frozen=True, tag=True):
    """The picture of `unit` was due and lies in `slot`.

    It could be had when the packet came that brought it out of the decoder, at `ready_s`: with
    B-frames that is later than when its own packet came.
    """

    unit: int
    generation: int
    slot: int
    full_range: bool
    ready_s: float


class Dropped(msgspec.Struct, frozen=True, tag=True):
    """A picture was due and there is none."""

    reason: DropReason


class Alive(msgspec.Struct, frozen=True, tag=True):
    """The worker waits on purpose."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The last message of a worker that cannot go on."""

    reason: SourceReason
    detail: str


class Probed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What a probe saw; the snapshot's JPEG comes as a file descriptor of `jpeg_size` bytes."""

    codec: str
    profile: str | None
    width: int
    height: int
    fps: float | None
    measured_fps: float | None
    bitrate_kbps: int | None
    clock_rate: float | None
    clock_jumps: int
    has_b_frames: bool
    keyframe_interval_s: float | None
    duration_s: float | None
    jpeg_size: int


class Consumed(msgspec.Struct, frozen=True, tag=True):
    """To the worker: the packet of `unit` was taken out of the ring."""

    unit: int


class Released(msgspec.Struct, frozen=True, tag=True):
    """To the worker: nobody looks at this slot any more."""

    generation: int
    slot: int


class SetRate(msgspec.Struct, frozen=True, tag=True):
    """To the worker: sample so many pictures a second from now on."""

    fps: float


FromWorker = (
    RingReady | SlotsReady | Configured | Packet | Sampled | Dropped | Alive | Failed | Probed
)
ToWorker = Consumed | Released | SetRate
ToNursery = Fork | Kill
