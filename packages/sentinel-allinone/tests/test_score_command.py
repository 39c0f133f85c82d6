"""`sentinel score` on data made for the test; the suites themselves are tried where they live."""

import json
from pathlib import Path

from sentinel_allinone.testing import Sentinel

FRAMES = 40


def write_sequence(folder: Path) -> None:
    """Two cars that drive along, found in every frame."""
    sequence = folder / "mot" / "aicity-s03-c010"
    for name in ("gt", "det"):
        (sequence / name).mkdir(parents=True)
    boxes = [
        (frame, car, 50 + 4 * frame, 100 * car)
        for frame in range(1, FRAMES + 1)
        for car in (20, 21)
    ]
    truth = [f"{frame},{car},{x},{y},80,40,1,3,1" for frame, car, x, y in boxes]
    found = [f"{frame},-1,{x},{y},80,40,0.9,-1,-1,-1" for frame, _, x, y in boxes]
    (sequence / "gt" / "gt.txt").write_text("\n".join(truth), encoding="utf-8")
    (sequence / "det" / "det_yolo3.txt").write_text("\n".join(found), encoding="utf-8")


def test_tracker_is_scored_against_its_targets(sentinel: Sentinel, tmp_path: Path) -> None:
    write_sequence(tmp_path)
    result = sentinel("score", "tracker", "--quick", "--strict", "--data", str(tmp_path))
    assert result.code == 0
    assert "P7: HOTA on aicity yolo3 @5" in result.out
    assert "missed" not in result.out
    assert "1 of 1 sequences" in result.err


def test_json_holds_rows_and_targets(sentinel: Sentinel, tmp_path: Path) -> None:
    write_sequence(tmp_path)
    result = sentinel("score", "tracker", "--quick", "--json", "--data", str(tmp_path))
    document = json.loads(result.out)
    (row,) = document["tables"][0]["rows"]
    assert row["switches"] == 0
    assert [target["met"] for target in document["targets"]] == [True, True, True]


def test_a_missed_target_is_an_exit_code_where_that_is_wanted(
    sentinel: Sentinel, tmp_path: Path
) -> None:
    write_sequence(tmp_path)
    found = tmp_path / "mot" / "aicity-s03-c010" / "det" / "det_yolo3.txt"
    found.write_text("1,-1,900,900,80,40,0.9,-1,-1,-1", encoding="utf-8")
    arguments = ("score", "tracker", "--quick", "--data", str(tmp_path))
    assert sentinel(*arguments).code == 0
    assert sentinel(*arguments, "--strict").code == 1


def test_what_is_not_there_is_left_out(sentinel: Sentinel, tmp_path: Path) -> None:
    for suite in ("tracker", "detector"):
        result = sentinel("score", suite, "--strict", "--data", str(tmp_path))
        assert result.code == 0
        assert "is left out" in result.out


def test_a_folder_that_is_not_there_is_wrong_use(sentinel: Sentinel, tmp_path: Path) -> None:
    result = sentinel("score", "tracker", "--data", str(tmp_path / "nowhere"))
    assert result.code == 2
    assert "is no folder" in result.err


def test_suites_are_told_and_others_refused(sentinel: Sentinel) -> None:
    told = sentinel("score", "--help").out
    for suite in ("rules", "clips", "normality", "flow", "pictures", "tracker", "detector", "all"):
        assert f"{suite} " in told
    assert sentinel("score", "everything").code == 2
