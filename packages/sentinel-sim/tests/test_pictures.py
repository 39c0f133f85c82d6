"""Pictures of the city: they show what the truth says, and the shipped model sees it."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.incidents import IncidentType
from sentinel_core.domain.zones import ZoneSet
from sentinel_core.runtime.assets import asset
from sentinel_sim.city.plan import CameraFault, Plan, Prop
from sentinel_sim.city.scenario import film, play
from sentinel_sim.city.truth import Truth
from sentinel_sim.city.world import World
from sentinel_sim.pictures import plaza
from sentinel_sim.pictures.backdrops import BACKDROPS
from sentinel_sim.pictures.canvas import Canvas, Spot
from sentinel_sim.pictures.cutouts import load_vehicles
from sentinel_sim.pictures.library import PICTURED, scenario_named
from sentinel_sim.pictures.painter import Look, Painter, Painting
from sentinel_sim.pictures.rendering import RenderOptions, paint, render, resize_camera
from sentinel_sim.pictures.toll_road import CAMERA, LAYOUT, plan_traffic
from sentinel_sim.pictures.wardrobe import Wardrobe
from sentinel_sim.pictures.weather import Weather
from sentinel_sim.suites.pictures import LEAST_RECALL, PictureCase, count_found, score_pictures
from sentinel_sim.suites.watching import Look as Seen
from sentinel_sim.suites.watching import watch
from sentinel_sim.test_card.clock_bars import read_clock
from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.model import load_model
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.frames.luma import small_luma

FPS = 1
TRAFFIC = PICTURED["toll_traffic"]
STREET = BACKDROPS["toll_road"]


@pytest.fixture(scope="module")
def detector() -> OnnxDetector:
    """The shipped model."""
    return OnnxDetector(load_model(asset("data/models/v0")), threads=2)


def _paintings(look: Look, seconds: float = 4.0, seed: int = 5) -> list[Painting]:
    return list(paint(TRAFFIC, RenderOptions(seconds=seconds, fps=FPS, look=look, seed=seed)))


def _quiet(plan: Plan, times_s: tuple[float, ...]) -> Iterator[np.ndarray]:
    """Pictures without anybody, at some times."""
    painter = Painter(CAMERA, STREET(), plan, Look(), 1)
    for moment in World(Plan(layout=LAYOUT), 1).run(max(times_s) + 0.05):
        if round(moment.t_s, 3) in times_s:
            yield painter.paint(film(CAMERA, moment)).picture.astype(float)


def test_the_same_seed_paints_the_same_pictures() -> None:
    first, again = _paintings(Look(is_shaken=True)), _paintings(Look(is_shaken=True))
    other = _paintings(Look(is_shaken=True), seed=4)

    assert [p.picture.tobytes() for p in first] == [p.picture.tobytes() for p in again]
    assert [p.boxes for p in first] == [p.boxes for p in again]
    assert first[0].picture.tobytes() != other[0].picture.tobytes()


def test_boxes_are_where_the_picture_differs_from_the_empty_street() -> None:
    painting = _paintings(Look())[0]
    empty = next(_quiet(Plan(layout=LAYOUT), (0.0,)))
    changed = np.abs(painting.picture - empty).max(axis=2) > 25
    height, width = changed.shape
    clear = [
        box
        for box in painting.boxes
        if box.visibility > 0.95 and (box.box[3] - box.box[1]) * height > 25
    ]

    assert clear
    for box in clear:
        x1, y1, x2, y2 = (np.array(box.box) * (width, height, width, height)).astype(int)
        assert changed[y1:y2, x1:x2].mean() > 0.3


def test_no_shadow_lies_where_nothing_stands() -> None:
    """A truck of which hardly more than an edge is in the picture throws none ahead of itself."""
    scenario = scenario_named("toll_pedestrian")
    frame = next(frame for frame in play(scenario, seed=1, fps=5) if frame.t_s > 12.7)
    painting = Painter(CAMERA, STREET(), scenario.plan(1), Look(), 1).paint(frame)
    empty = next(_quiet(Plan(layout=LAYOUT), (0.0,)))
    darker = (empty - painting.picture).mean(axis=2) > 15
    height, width = darker.shape
    for box in painting.boxes:
        x1, y1, x2, y2 = (np.array(box.box) * (width, height, width, height)).astype(int)
        darker[max(0, y1 - 8) : y2 + 8, max(0, x1 - 8) : x2 + 8] = False

    assert min(box.box[2] for box in painting.boxes) < 0.05
    assert darker[height // 2 :, : width // 3].sum() < 20


@pytest.mark.parametrize("weather", list(Weather))
def test_the_shipped_model_finds_the_actors(detector: OnnxDetector, weather: Weather) -> None:
    counts = [
        count_found(one, detector.detect(one.picture, (CAMERA.width, CAMERA.height)))
        for one in _paintings(Look(weather=weather))
    ]
    actors, found = np.sum(counts, axis=0).tolist()

    assert actors >= 4
    assert found / actors >= LEAST_RECALL


def test_what_stands_before_an_actor_hides_it() -> None:
    canvas = Canvas(Image.new("RGB", (200, 100)))
    far, near = load_vehicles()[0].cutouts[0], load_vehicles()[1].cutouts[0]
    canvas.place(far, Spot(100.0, 80.0, 0.5), 1)
    alone = canvas.seen(1)
    canvas.place(near, Spot(100.0, 85.0, 0.4), 2)
    behind, ahead = canvas.seen(1), canvas.seen(2)

    assert alone is not None
    assert behind is not None
    assert ahead is not None
    assert alone[1] == ahead[1] == 1.0
    assert 0.05 < behind[1] < 0.8
    assert behind[0] == alone[0]

    canvas.cover(Image.new("RGB", (200, 100)), Image.new("L", (200, 100), 255))
    covered = canvas.seen(2)
    assert covered is not None
    assert covered[1] == 0.0
    assert canvas.seen(3) is None


@pytest.mark.parametrize(
    ("kind", "is_so"),
    [
        ("covered", lambda before, after: after.mean() < 45 < before.mean()),
        ("blinded", lambda before, after: after.mean() > 225 > before.mean()),
        ("blurred", lambda before, after: _sharpness(after) < 0.4 * _sharpness(before)),
        ("moved", lambda before, after: np.abs(after - before).mean() > 12),
    ],
)
def test_a_camera_fault_shows(kind: str, is_so: object) -> None:
    plan = Plan(layout=LAYOUT, camera_faults=(CameraFault(kind=kind, begin_s=0.5, end_s=9.0),))
    before, after = _quiet(plan, (0.0, 2.0))

    assert callable(is_so)
    assert is_so(before, after)


def test_a_frozen_camera_repeats_one_picture_and_others_do_not() -> None:
    fault = CameraFault(kind="frozen", begin_s=0.5, end_s=9.0)
    plan = Plan(layout=LAYOUT, camera_faults=(fault,))
    first, then, later = _quiet(plan, (0.0, 1.0, 2.0))

    assert np.array_equal(then, later)
    assert not np.array_equal(first, then)


def test_a_thing_lies_where_it_was_put_down() -> None:
    bag = Prop(name="bag", ground_m=(22.0, -7.0), size_m=(0.6, 0.7), placed_s=0.5)
    before, after = _quiet(Plan(layout=LAYOUT, props=(bag,)), (0.0, 1.0))
    x, y = CAMERA.project_ground(np.array([bag.ground_m]))[0][0].astype(int)
    changed = np.abs(after - before).max(axis=2) > 30

    assert changed[y - 15 : y, x - 6 : x + 6].mean() > 0.8
    assert changed.mean() < 0.01


def test_a_clip_comes_with_its_truth_zones_and_clock(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    options = RenderOptions(seconds=1.0, fps=5, width=320, has_clock=True)
    truth = render(scenario_named("toll_wrong_way"), path, options)
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]

    assert [read_clock(picture) for picture in pictures] == [0, 200, 400, 600, 800]
    assert pictures[0].shape == (180, 320, 3)
    assert Truth.read(tmp_path / "x.truth.json") == truth
    zones = ZoneSet.model_validate_json((tmp_path / "x.zones.json").read_bytes())
    assert zones == scenario_named("toll_wrong_way").zones
    assert not list(tmp_path.glob(".*"))


def test_another_size_is_the_same_view() -> None:
    large = resize_camera(CAMERA, 1280)
    points = np.array([(20.0, -5.0), (60.0, 7.0)])

    assert np.allclose(large.project_ground(points)[0], 2.0 * CAMERA.project_ground(points)[0])


def test_an_unknown_scenario_names_those_that_there_are() -> None:
    with pytest.raises(InvalidInput, match="toll_wrong_way"):
        scenario_named("atlantis")


def test_the_suite_counts_all_actors_of_a_case(detector: OnnxDetector) -> None:
    score = score_pictures(detector, [PictureCase(scenario="toll_traffic")], seconds=4.0)[0]

    assert score.actors >= 5
    assert score.recall >= LEAST_RECALL
    assert score.missed == score.raised == ()


def test_traffic_keeps_to_its_carriageways() -> None:
    frames = [frame for frame in play(TRAFFIC, seed=5, fps=1) if frame.t_s < 20.0]

    assert all((np.abs(frame.ground_m[:, 1]) > 1.8).all() for frame in frames)
    assert plan_traffic(np.random.default_rng(1)).flows


def _sharpness(picture: np.ndarray) -> float:
    return float(np.abs(np.diff(picture.mean(axis=2), axis=1)).mean())


def test_the_model_finds_people_on_the_campus(detector: OnnxDetector) -> None:
    options = RenderOptions(seconds=4.0, fps=1)
    counts = [
        count_found(one, detector.detect(one.picture, (640, 480)))
        for one in paint(scenario_named("plaza_walkers"), options)
    ]
    actors, found = np.sum(counts, axis=0).tolist()

    assert actors >= 6
    assert found / actors >= 0.8


def test_somebody_who_turns_round_wears_the_same() -> None:
    wardrobe = Wardrobe(1)
    for actor in range(40):
        outfits = {wardrobe.person(actor, view).outfit for view in ("away", "toward", "left")}
        assert len(outfits - {"red"}) == 1
        assert wardrobe.person(actor, "left") is wardrobe.person(actor, "left")


def test_the_owner_leaves_a_thing_behind() -> None:
    scenario = scenario_named("plaza_abandoned")
    plan = scenario.plan(1)
    thing = plan.props[0]
    frames = [frame for frame in play(scenario, seed=1, fps=1) if frame.t_s > thing.placed_s + 30]

    assert plan.walks[thing.owner].stays
    assert frames
    for frame in frames:
        gaps = np.hypot(*(frame.ground_m - np.array(thing.ground_m)).T)
        assert (gaps > 3.0).all()


@pytest.mark.parametrize(("name", "expected"), [("plaza_abandoned", 1), ("plaza_walkers", 0)])
def test_only_what_was_left_is_told(name: str, expected: int) -> None:
    """With the boxes of the truth in place of the model's."""
    story = scenario_named(name).story
    rules = {"abandoned_object": {"enabled": True, "on_s": 15.0}}
    scenario = plaza.view(story, rules=rules)
    options = RenderOptions(seconds=60.0, fps=1, width=320)
    camera = resize_camera(scenario.camera, options.width)
    looks = (
        Seen(number / options.fps, _boxes_of(painting), small_luma(painting.picture))
        for number, painting in enumerate(paint(scenario, options))
    )
    watched = watch(scenario.zones, (camera.width, camera.height), looks)

    assert [alarm.type for alarm in watched.alarms] == [IncidentType.ABANDONED_OBJECT] * expected


def _boxes_of(painting: Painting) -> Detections:
    height, width = painting.picture.shape[:2]
    boxes = np.array([actor.box for actor in painting.boxes]).reshape(-1, 4)
    return Detections.from_arrays(
        boxes * (width, height, width, height),
        np.full(len(boxes), 0.9),
        np.array([actor.class_id for actor in painting.boxes]),
    )
