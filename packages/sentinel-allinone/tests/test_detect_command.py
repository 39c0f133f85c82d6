"""`sentinel detect`, as typed."""

import json
from pathlib import Path

import av
import jsonschema
import pytest

from sentinel_allinone.testing import Sentinel
from sentinel_core.runtime.assets import asset

SCHEMAS = asset("packages/sentinel-core/src/sentinel_core/contracts/schemas")


def test_every_sampled_frame_becomes_one_valid_line(
    sentinel: Sentinel, clip: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "events.jsonl"
    result = sentinel("detect", clip, "--jsonl", lines, "--start-time", "2026-01-10T12:00:00Z")
    assert result.code == 0, result.err
    events = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert len(events) == 10
    schema = json.loads((SCHEMAS / "detection-event.json").read_bytes())
    for event in events:
        jsonschema.validate(event, schema)
    assert [event["pts_90k"] for event in events] == [i * 18_000 for i in range(10)]
    assert events[0]["timestamp"] == "2026-01-10T12:00:00.000Z"
    assert events[5]["timestamp"] == "2026-01-10T12:00:01.000Z"


def test_the_same_footage_gives_the_same_ids(
    sentinel: Sentinel, clip: Path, tmp_path: Path
) -> None:
    ids = []
    for name in ("first", "second"):
        lines = tmp_path / name
        sentinel("detect", clip, "--jsonl", lines, "--start-time", "2026-01-10T12:00:00Z")
        ids.append([json.loads(line)["event_id"] for line in lines.read_text("utf-8").splitlines()])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 10


def test_the_summary_is_json_where_asked_for(sentinel: Sentinel, clip: Path) -> None:
    result = sentinel("detect", clip, "--fps", "10", "--json")
    summary = json.loads(result.out)
    assert summary["frames"] == 20
    assert summary["model"] == "v0"
    assert summary["frames_per_s"] > 0


def test_events_on_standard_output_are_not_mixed_with_the_summary(
    sentinel: Sentinel, clip: Path
) -> None:
    result = sentinel("detect", clip, "--jsonl", "-")
    assert json.loads(result.out.splitlines()[0])["frame_id"] == "frame_0"
    assert "frames" in result.err


def test_the_video_holds_the_sampled_frames_at_their_times(
    sentinel: Sentinel, clip: Path, tmp_path: Path
) -> None:
    video = tmp_path / "boxes.mp4"
    assert sentinel("detect", clip, "--video", video).code == 0
    with av.open(str(video)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx([i * 0.2 for i in range(10)], abs=1e-3)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "does not exist"), (b"this is no video", "video"), (b"", "")],
)
def test_a_source_that_is_no_video_is_one_clear_line(
    sentinel: Sentinel, tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "source.mp4"
    if content is not None:
        path.write_bytes(content)
    result = sentinel("detect", path)
    assert result.code == 1
    assert result.err.startswith("error: ")
    assert says in result.err
    assert "Traceback" not in result.err


def test_a_truncated_file_is_worked_through_as_far_as_it_goes(
    sentinel: Sentinel, clip: Path, tmp_path: Path
) -> None:
    half = tmp_path / "half.ts"
    with av.open(str(clip)) as source, av.open(str(half), "w", format="mpegts") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    result = sentinel("detect", half, "--json")
    assert result.code == 0, result.err
    assert 0 < json.loads(result.out)["frames"] < 10


def test_a_model_that_is_none_is_refused(sentinel: Sentinel, clip: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"no model")
    result = sentinel("detect", clip, "--model", model)
    assert result.code == 1
    assert "cannot load the model" in result.err


def test_broken_zones_are_named(sentinel: Sentinel, clip: Path, tmp_path: Path) -> None:
    zones = tmp_path / "zones.json"
    zones.write_text('{"zones": [{"name": "x", "type": "lane", "polygon": [[0, 0], [1, 1]]}]}')
    result = sentinel("detect", clip, "--zones", zones)
    assert result.code == 2
    assert "zones.0: an area has at least three corners" in result.err


def test_an_unwritable_target_is_an_error_before_the_work(
    sentinel: Sentinel, clip: Path, tmp_path: Path
) -> None:
    result = sentinel("detect", clip, "--jsonl", tmp_path / "missing" / "events.jsonl")
    assert result.code == 2
    assert "cannot be written" in result.err


@pytest.mark.parametrize("flags", [("--fps", "0"), ("--conf", "1.5"), ("--start-time", "noon")])
def test_wrong_use_exits_with_2(sentinel: Sentinel, clip: Path, flags: tuple[str, str]) -> None:
    assert sentinel("detect", clip, *flags).code == 2
