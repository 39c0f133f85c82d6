"""`sentinel sim`, as typed."""

import json
from pathlib import Path

from sentinel_allinone.testing import Sentinel


def test_a_rendered_clip_is_found_to_be_what_its_truth_says(
    sentinel: Sentinel, tmp_path: Path
) -> None:
    clip = tmp_path / "x.mp4"
    result = sentinel(
        *("sim", "render", "toll_stopped", "--out", clip, "--seconds", "24", "--fps", "3")
    )
    assert result.code == 0, result.err
    truth = json.loads((tmp_path / "x.truth.json").read_text(encoding="utf-8"))
    events = [(event["type"], event["ended_s"]) for event in truth["events"]]
    assert events == [("stopped_vehicle", 24.0)]
    assert "stopped vehicle" in result.out
    detected = sentinel("detect", clip, "--zones", tmp_path / "x.zones.json", "--json")
    assert detected.code == 0, detected.err
    assert json.loads(detected.out)["detections"]["car"] > 10


def test_scenarios_are_listed_with_what_happens_in_them(sentinel: Sentinel) -> None:
    result = sentinel("sim", "list")
    assert result.code == 0
    assert "toll_wrong_way" in result.out
    assert "abandoned_object" in result.out


def test_what_cannot_be_rendered_is_said_in_a_sentence(sentinel: Sentinel, tmp_path: Path) -> None:
    unknown = sentinel("sim", "render", "atlantis", "--out", tmp_path / "x.mp4")
    weather = sentinel(
        *("sim", "render", "toll_traffic", "--out", tmp_path / "x.mp4", "--weather", "hail")
    )
    ending = sentinel("sim", "render", "toll_traffic", "--out", tmp_path / "x.avi")
    script = sentinel("sim", "serve", "--script", tmp_path / "missing.json")

    assert (unknown.code, weather.code, ending.code, script.code) == (2, 2, 2, 2)
    assert "toll_traffic" in unknown.err
    assert "night" in weather.err
    assert ".mp4" in ending.err
    assert "cannot be read" in script.err
    assert not list(tmp_path.iterdir())
