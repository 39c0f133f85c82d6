import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.sources.clock_check import ClockCheck
from sentinel_camera.supervision.advice import advise
from sentinel_camera.worker.messages import Probed


def checked(rate: float, *, span_s: float = 10.0, fps: float = 25.0) -> ClockCheck:
    check = ClockCheck(window_s=5.0, enough_s=2.0)
    for number in range(round(span_s * fps)):
        arrived_s = number / fps
        check.note(1000.0 + arrived_s * rate, arrived_s)
    return check


@given(st.floats(0.2, 3.0))
def test_the_rate_is_found(rate: float) -> None:
    check = checked(rate)
    assert check.rate == pytest.approx(rate)
    assert check.units_per_s == pytest.approx(25.0, rel=0.02)
    assert check.jumps == 0


def test_a_short_look_says_nothing() -> None:
    assert checked(1.0, span_s=1.0).rate is None


@pytest.mark.parametrize("leap_s", [-3600.0, -2.0, 2.0, 3600.0])
def test_a_leap_is_no_drift(leap_s: float) -> None:
    check = checked(1.0)
    for number in range(100):
        check.note(1010.0 + leap_s + number / 25, 10.0 + number / 25)
    assert check.jumps == 1
    assert check.rate == pytest.approx(1.0)


def test_what_was_held_up_is_no_leap() -> None:
    check = checked(1.0)
    for number in range(100):
        check.note(1010.0 + number / 25, 14.0)
    assert check.jumps == 0


def seen(**changes: object) -> Probed:
    plain: dict[str, object] = {
        "codec": "h264",
        "profile": "High",
        "width": 1280,
        "height": 720,
        "fps": 25.0,
        "measured_fps": 25.0,
        "bitrate_kbps": 3000,
        "clock_rate": 1.0,
        "clock_jumps": 0,
        "has_b_frames": False,
        "keyframe_interval_s": 2.0,
        "duration_s": None,
        "jpeg_size": 1,
    }
    return Probed(**(plain | changes))  # type: ignore[arg-type]  # any field


def test_a_good_camera_needs_no_advice() -> None:
    assert list(advise(seen())) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"codec": "hevc"}, "transcoded"),
        ({"codec": "mjpeg"}, "MJPEG"),
        ({"profile": "High 4:2:2 Intra"}, "transcoded"),
        ({"has_b_frames": True}, "WebRTC"),
        ({"keyframe_interval_s": 10.0}, "10.0 s"),
        ({"keyframe_interval_s": None}, "far"),
        ({"clock_rate": 0.8}, "slow"),
        ({"clock_rate": 1.2}, "fast"),
        ({"clock_jumps": 1}, "jumps"),
        ({"measured_fps": 9.0}, "announces"),
        ({"width": 3840, "height": 2160}, "substream"),
        ({"bitrate_kbps": 20_000}, "20 Mbit/s"),
    ],
)
def test_a_flaw_is_told(changes: dict[str, object], word: str) -> None:
    (sentence,) = advise(seen(**changes))
    assert word in sentence
