"""`sentinel model`: what it refuses, and in which words."""

from pathlib import Path

from sentinel_allinone.testing import Sentinel
from sentinel_core.runtime.assets import asset


def test_a_folder_with_too_few_pictures_is_refused(sentinel: Sentinel, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").touch()
    result = sentinel("model", "quantise", asset("data/models/v0"), "--images", tmp_path)
    assert result.code == 2
    assert "holds 1 pictures; calibration needs 100 or more" in result.err


def test_a_folder_that_is_no_model_is_refused(sentinel: Sentinel, tmp_path: Path) -> None:
    result = sentinel("model", "quantise", tmp_path, "--images", tmp_path)
    assert result.code == 1
    assert "no manifest.json" in result.err
