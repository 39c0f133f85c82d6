"""What a person should know about a source before it becomes a camera, in plain words."""

from collections.abc import Iterator

from sentinel_camera.worker.messages import Probed

_LATE_KEYFRAMES_S = 4.0
_LARGE_PX = 1920 * 1088
_NOT_FOR_BROWSERS = ("High 10", "High 4:2:2", "High 4:4:4")
_CLOCK_TOLERANCE = 0.1
_FEW_FRAMES = 0.7
_MANY_KBPS = 12_000

_TRANSCODED = 'choose the live view "transcoded", which costs computing.'


def advise(seen: Probed) -> Iterator[str]:
    """Sentences about `seen`, the most important first."""
    yield from _about_browsers(seen)
    yield from _about_keyframes(seen)
    yield from _about_clock(seen)
    yield from _about_size(seen)


def _about_browsers(seen: Probed) -> Iterator[str]:
    if seen.codec == "hevc":
        yield (
            "The video is H.265: most browsers cannot play it. "
            f"Set the camera to H.264, or {_TRANSCODED}"
        )
    elif seen.codec == "mjpeg":
        yield (
            "The video is MJPEG: it is encoded anew for browsers, which costs computing. "
            "A stream in H.264 is better, if the camera has one."
        )
    elif seen.profile is not None and seen.profile.startswith(_NOT_FOR_BROWSERS):
        yield f"Most browsers cannot play the H.264 profile {seen.profile}: {_TRANSCODED}"
    if seen.has_b_frames:
        yield (
            "The video has B-frames: WebRTC cannot play it, and the live picture comes some "
            f"frames later. Switch them off in the camera, or {_TRANSCODED}"
        )


def _about_keyframes(seen: Probed) -> Iterator[str]:
    interval_s = seen.keyframe_interval_s
    if interval_s is None or interval_s > _LATE_KEYFRAMES_S:
        apart = "far" if interval_s is None else f"{interval_s:.1f} s"
        yield (
            f"Keyframes are {apart} apart: the picture comes back late after a gap. "
            "Set the camera to one keyframe every 1 to 2 seconds."
        )


def _about_clock(seen: Probed) -> Iterator[str]:
    rate = seen.clock_rate
    if rate is not None and abs(rate - 1.0) > _CLOCK_TOLERANCE:
        pace = "slow" if rate < 1.0 else "fast"
        yield (
            f"The camera's clock runs {pace}: {rate:.2f} s pass in its video in one second. "
            "Speeds and dwell times are measured wrongly by as much."
        )
    if seen.clock_jumps:
        yield "The camera's clock jumps: tracks end at each jump."
    if seen.fps and seen.measured_fps and seen.measured_fps < _FEW_FRAMES * seen.fps:
        yield (
            f"The camera announces {seen.fps:g} frames per second, but {seen.measured_fps:g} come: "
            "the network or the camera does not keep up."
        )


def _about_size(seen: Probed) -> Iterator[str]:
    if seen.width * seen.height > _LARGE_PX:
        yield "The picture is large: a smaller substream needs far less computing."
    elif seen.bitrate_kbps is not None and seen.bitrate_kbps > _MANY_KBPS:
        yield (
            f"The stream takes {seen.bitrate_kbps / 1000:.0f} Mbit/s: "
            "a substream or a lower bit rate does as well."
        )
