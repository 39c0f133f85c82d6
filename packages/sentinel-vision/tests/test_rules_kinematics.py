"""Speed, displacement and maturity of tracks at any frame rate."""

from collections.abc import Sequence

import numpy as np
import pytest

from sentinel_core.domain.zones import GroundPoint
from sentinel_vision.rules.ground import GroundPlane
from sentinel_vision.rules.kinematics import Kinematics, Motion
from sentinel_vision.rules.scene import Instant, SceneFrame
from sentinel_vision.testing.traffic import HEIGHT, WIDTH, Vehicle, drive, film, shoot, stand, then

RATES = [2.0, 3.0, 5.0, 10.0, 30.0]


def instant_of(scene: SceneFrame) -> Instant:
    return Instant(
        observed_90k=scene.pts_90k,
        stream_epoch=scene.stream_epoch,
        pts_90k=scene.pts_90k,
        captured_at=scene.captured_at,
    )


def follow(scenes: Sequence[SceneFrame], ground: GroundPlane | None = None) -> list[Motion]:
    kinematics = Kinematics(ground)
    return [kinematics.observe(scene, instant_of(scene)) for scene in scenes]


@pytest.mark.parametrize("fps", RATES)
def test_the_speed_is_right_from_the_beginning(fps: float) -> None:
    car = Vehicle(path=drive(100, 100, velocity=(40.0, 30.0)), track_id=1, size_px=25.0)
    known = [motion for motion in follow(film([car], 5.0, fps=fps)) if motion.mature.all()]
    assert [float(motion.speed[0]) for motion in known] == pytest.approx(
        [2.0] * len(known), rel=0.01
    )


@pytest.mark.parametrize("fps", RATES)
def test_speed_in_body_lengths_at_any_rate(fps: float) -> None:
    car = Vehicle(path=drive(100, 100, velocity=(40.0, 30.0)), track_id=1, size_px=25.0)
    last = follow(film([car], 5.0, fps=fps))[-1]
    assert last.unit == "BL"
    assert last.speed.tolist() == pytest.approx([2.0], rel=0.01)
    assert last.velocity_px_s[0].tolist() == pytest.approx([40.0, 30.0], rel=0.01)
    assert last.displacement.tolist() == pytest.approx([6.0], rel=0.12)


def test_speed_in_metres_with_a_calibration() -> None:
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    ground = GroundPlane(
        [GroundPoint(image=(x, y), ground_m=(x * 64.0, y * 36.0)) for x, y in corners]
    )
    car = Vehicle(path=drive(100, 100, velocity=(40.0, 30.0)), track_id=1)
    last = follow(film([car], 5.0), ground)[-1]
    assert last.unit == "m"
    assert last.speed.tolist() == pytest.approx([5.0], rel=0.01)


def test_a_jittering_box_stands_nearly_still() -> None:
    random = np.random.default_rng(3)
    offsets = random.normal(0.0, 1.0, (50, 2))
    car = Vehicle(
        path=lambda time_s: (
            300 + offsets[round(time_s * 5), 0],
            200 + offsets[round(time_s * 5), 1],
        ),
        track_id=1,
    )
    motions = follow(film([car], 10.0))
    assert max(float(motion.displacement[0]) for motion in motions[20:]) < 0.1


def test_a_single_outlier_does_not_move_a_track() -> None:
    car = Vehicle(path=lambda time_s: (300 + (80 if 2.0 < time_s < 2.3 else 0), 200), track_id=1)
    assert max(float(motion.speed[0]) for motion in follow(film([car], 5.0))[8:]) < 0.05


def test_a_track_counts_after_a_second_and_three_hits() -> None:
    mature = [bool(motion.mature[0]) for motion in follow(film([_parked()], 2.0))]
    assert mature == [False] * 5 + [True] * 5
    slow = [bool(motion.mature[0]) for motion in follow(film([_parked()], 4.0, fps=1.0))]
    assert slow == [False, False, True, True]


@pytest.mark.parametrize(
    ("x", "y"),
    [(WIDTH / 2, HEIGHT), (20.0, 200.0), (WIDTH - 20.0, 200.0)],
    ids=["bottom", "left", "right"],
)
def test_a_box_cut_by_the_edge_has_no_speed(x: float, y: float) -> None:
    car = Vehicle(path=stand(x, y), track_id=1)
    last = follow(film([car], 5.0))[-1]
    assert np.isnan(last.speed).all()
    assert np.isnan(last.displacement).all()
    assert last.mature.all()


def test_tracks_come_in_the_order_of_their_ids_and_others_not_at_all() -> None:
    cars = [Vehicle(path=stand(100.0 * index + 60, 200), track_id=9 - index) for index in range(4)]
    cars.append(Vehicle(path=stand(500, 300), track_id=-1))
    assert follow(film(cars, 1.0))[-1].track_ids.tolist() == [6, 7, 8, 9]


def test_of_rows_that_share_a_track_one_counts() -> None:
    twins = [Vehicle(path=stand(x, 200), track_id=1) for x in (100.0, 300.0)]
    assert len(follow([shoot(twins, 0.0)])[0]) == 1


def test_memory_survives_many_tracks_and_many_frames() -> None:
    """Slots are used again and the ring of frames goes round without mixing tracks up."""

    def cars(time_s: float) -> list[Vehicle]:
        # A new car every second, each in the picture for 8 s.
        first = max(0, int(time_s) - 7)
        return [
            Vehicle(
                path=drive(
                    60.0 + 7.0 * (born % 70), 100, velocity=(0.0, 5.0 + born % 3), begin_s=born
                ),
                track_id=born + 1,
            )
            for born in range(first, int(time_s) + 1)
        ]

    scenes = [shoot(cars(index / 5), index / 5, index=index) for index in range(2500)]
    for scene, motion in zip(scenes, follow(scenes), strict=True):
        old = motion.mature & ~np.isnan(motion.displacement)
        born = motion.track_ids - 1
        expected = (5.0 + born % 3) / 40.0
        assert motion.speed[old] == pytest.approx(expected[old], rel=0.01), scene.frame_index


def _parked() -> Vehicle:
    return Vehicle(path=stand(300, 200), track_id=1)


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_the_agile_look_is_exact_for_a_steady_drive(fps: float) -> None:
    car = Vehicle(path=drive(100, 100, velocity=(40.0, 30.0)), track_id=1)
    last = follow(film([car], 4.0, fps=fps))[-1]
    assert last.agile.velocity[0].tolist() == pytest.approx([40.0, 30.0])
    end_s = 4.0 - 1.0 / fps
    assert last.agile.position[0].tolist() == pytest.approx([100 + 40 * end_s, 100 + 30 * end_s])


def test_the_agile_look_sees_a_stop_within_a_second() -> None:
    car = Vehicle(
        path=then(drive(100, 100, velocity=(40.0, 0.0)), 3.0, stand(220, 100)), track_id=1
    )
    motions = follow(film([car], 5.0))
    assert motions[19].agile.velocity[0, 0] == pytest.approx(0.0, abs=0.01)
    assert motions[19].velocity[0, 0] > 10.0


def test_of_a_box_without_an_area_no_speed_is_known() -> None:
    """Body lengths of nothing are no number: it was 0/0, and a warning."""
    line = Vehicle(path=stand(300, 200), track_id=1, size_px=0.0)
    car = Vehicle(path=drive(100, 100, velocity=(40.0, 30.0)), track_id=2, size_px=25.0)
    last = follow(film([line, car], 5.0))[-1]
    assert np.isnan(last.speed[0])
    assert np.isnan(last.displacement[0])
    assert last.speed[1] == pytest.approx(2.0, rel=0.01)


def test_slots_of_tracks_that_are_gone_are_used_again() -> None:
    scenes = [
        shoot([Vehicle(path=stand(300, 200), track_id=index // 10)], index / 5, index=index)
        for index in range(300)
    ]
    assert max(int(motion.slots.max()) for motion in follow(scenes)) <= 2
