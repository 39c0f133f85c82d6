"""The simulated detector: right in the long run, wrong as real ones are."""

import numpy as np
import pytest

from sentinel_sim.city.detector import HARSH, NOISE_LEVELS, PERFECT, USUAL, DetectorModel, Noise
from sentinel_sim.city.frame import CityFrame, drop_frames
from sentinel_sim.city.kinds import KIND_INDEX

TRUCK = KIND_INDEX["truck"]


def frames(
    visibility: float, *, count: int = 4000, actors: int = 10, fps: float = 10.0
) -> list[CityFrame]:
    boxes = np.array([(100.0 * row, 200.0, 100.0 * row + 60.0, 260.0) for row in range(actors)])
    boxes = boxes.reshape(-1, 4)
    return [
        CityFrame(
            t_s=index / fps,
            width=1280,
            height=720,
            actor_ids=np.arange(1, actors + 1),
            kinds=np.full(actors, TRUCK),
            boxes_px=boxes,
            visibility=np.full(actors, visibility),
            ground_m=np.zeros((actors, 2)),
            heading_rad=np.zeros(actors),
            speed_m_s=np.zeros(actors),
            distance_m=np.full(actors, 20.0),
        )
        for index in range(count)
    ]


def test_a_perfect_detector_finds_all_that_is_visible_exactly() -> None:
    (frame,) = frames(1.0, count=1)
    found = DetectorModel(1, PERFECT).detect(frame)
    assert np.array_equal(found.boxes, frame.boxes_px.astype(np.float32))
    assert np.array_equal(found.class_ids, frame.class_ids)
    assert len(DetectorModel(1, PERFECT).detect(frames(0.1, count=1)[0])) == 0


@pytest.mark.parametrize("visibility", [1.0, 0.5])
def test_the_share_of_the_found_is_what_the_noise_says(visibility: float) -> None:
    noise = Noise(false_boxes=0.0, least_score=0.0)
    model = DetectorModel(3, noise)
    found = [len(model.detect(frame)) for frame in frames(visibility)]
    expected = noise.found_hidden + noise.found_gain * visibility
    # Scores below 0 are not delivered; at half visibility they are rare.
    assert np.mean(found) / 10.0 == pytest.approx(expected, abs=0.02)


def test_misses_come_in_runs() -> None:
    model = DetectorModel(5, Noise(false_boxes=0.0, least_score=0.0, jitter=0.0))
    missed = np.array(
        [~np.isin(np.arange(10) * 100.0, model.detect(frame).boxes[:, 0]) for frame in frames(0.6)]
    )
    again = (missed[1:] & missed[:-1]).sum() / missed[:-1].sum()
    assert again > 1.8 * missed.mean()


def test_scores_jitter_and_confusion_are_what_the_noise_says() -> None:
    model = DetectorModel(9, Noise(false_boxes=0.0, found_hidden=1.0, found_gain=0.0))
    found = [model.detect(frame) for frame in frames(1.0, count=1500)]
    scores = np.concatenate([each.confidences for each in found])
    assert scores.mean() == pytest.approx(0.85, abs=0.02)
    left = np.array([each.boxes[0, 0] for each in found if len(each)])
    assert left.std() > 0.0
    classes = np.concatenate([each.class_ids for each in found])
    assert (classes == 2).mean() == pytest.approx(USUAL.confusion, abs=0.02)


def test_false_boxes_come_at_their_rate_and_have_a_size() -> None:
    model = DetectorModel(2, HARSH)
    empty = frames(1.0, count=3000, actors=0)
    found = [model.detect(frame) for frame in empty]
    assert np.mean([len(each) for each in found]) == pytest.approx(HARSH.false_boxes, abs=0.06)
    sides = np.concatenate([each.boxes[:, 2:] - each.boxes[:, :2] for each in found])
    assert (sides >= 0.0).all()
    assert sides.max() < 720.0


@pytest.mark.parametrize("level", NOISE_LEVELS)
def test_the_same_seed_makes_the_same_mistakes(level: str) -> None:
    def boxes(seed: int) -> bytes:
        model = DetectorModel(seed, NOISE_LEVELS[level])
        return b"".join(model.detect(frame).boxes.tobytes() for frame in frames(0.7, count=50))

    assert boxes(4) == boxes(4)


def test_frames_are_lost_in_runs_at_the_rate_that_was_asked_for() -> None:
    film = frames(1.0, count=5000, actors=1)
    kept = [frame.t_s for frame in drop_frames(film, 0.1, seed=1)]
    assert len(kept) / len(film) == pytest.approx(0.9, abs=0.02)
    assert kept == [frame.t_s for frame in drop_frames(film, 0.1, seed=1)]
    assert max(np.diff(kept)) > 0.25
