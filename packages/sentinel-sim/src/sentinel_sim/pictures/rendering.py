"""A scenario as a clip, with the truth and the zones next to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.video.stream import VideoStream

from sentinel_core.domain.errors import InvalidInput, StorageFull
from sentinel_sim.city.camera import PinholeCamera
from sentinel_sim.city.observing import truth_of
from sentinel_sim.city.scenario import Scenario, play
from sentinel_sim.city.truth import Truth, TruthBox, TruthEvent
from sentinel_sim.pictures.library import backdrop_of
from sentinel_sim.pictures.painter import Look, Painter, Painting
from sentinel_sim.test_card.clock_bars import draw_clock

TRUTH_FPS: Final = 5
"""Boxes are written for so many pictures a second."""

_KEYFRAME_EVERY_S: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How to render.

    Attributes:
        seconds: From the beginning; None: all of the scenario.
        width: Pixels, even; None: the camera's own. The height follows.
        has_clock: Draw milliseconds since the beginning as bars, see `test_card.clock_bars`.
        crf: Quality of the encoder: lower is better and larger.
    """

    seconds: float | None = None
    seed: int = 1
    fps: int = 25
    width: int | None = None
    look: Look = field(default_factory=Look)
    has_clock: bool = False
    crf: int = 23


def paint(scenario: Scenario, options: RenderOptions) -> Iterator[Painting]:
    """All pictures of a scenario, drawn when asked for."""
    camera = resize_camera(scenario.camera, options.width)
    painter = Painter(
        camera,
        backdrop_of(scenario),
        scenario.plan(options.seed),
        options.look,
        options.seed,
    )
    end_s = _duration(scenario, options)
    for frame in play(replace(scenario, camera=camera), seed=options.seed, fps=options.fps):
        if frame.t_s > end_s - 1e-9:
            return
        yield painter.paint(frame)


def render(
    scenario: Scenario,
    path: Path,
    options: RenderOptions,
    on_picture: Callable[[], None] = lambda: None,
) -> Truth:
    """Write `x.mp4`, `x.truth.json` and `x.zones.json`.

    Args:
        scenario: What happens.
        path: The clip's; it appears when it is whole.
        options: How to render.
        on_picture: Called after each picture.

    Raises:
        InvalidInput: The folder cannot be written to.
        StorageFull: No room.
    """
    boxes: list[TruthBox] = []
    every = max(1, options.fps // TRUTH_FPS)
    with _clip(path, scenario, options) as (container, stream):
        for number, painting in enumerate(paint(scenario, options)):
            if number % every == 0:
                boxes += painting.boxes
            picture = av.VideoFrame.from_ndarray(painting.picture, format="rgb24")
            picture = picture.reformat(format="yuv420p", dst_colorspace="ITU709")
            if options.has_clock:
                picture = _with_clock(picture, number * 1000 // options.fps)
            picture.pts, picture.time_base = number, Fraction(1, options.fps)
            container.mux(stream.encode(picture))
            on_picture()
        container.mux(stream.encode(None))
    truth = _truth(scenario, options, boxes)
    truth.write(path.with_suffix(".truth.json"))
    zones = scenario.zones.model_dump_json(indent=1)
    path.with_suffix(".zones.json").write_text(zones + "\n", encoding="utf-8")
    return truth


def count_pictures(scenario: Scenario, options: RenderOptions) -> int:
    """How many pictures there will be."""
    return ceil(_duration(scenario, options) * options.fps - 1e-6)


def resize_camera(camera: PinholeCamera, width: int | None) -> PinholeCamera:
    """The same view with more or fewer pixels; the height is even."""
    if width is None or width == camera.width:
        return camera
    factor = width / camera.width
    height = round(camera.height * factor / 2.0) * 2
    return replace(camera, width=width, height=height, focal_px=camera.focal_px * factor)


def _duration(scenario: Scenario, options: RenderOptions) -> float:
    if options.seconds is None:
        return scenario.duration_s
    return min(scenario.duration_s, options.seconds)


def _truth(scenario: Scenario, options: RenderOptions, boxes: list[TruthBox]) -> Truth:
    end_s = _duration(scenario, options)
    events = [e for e in truth_of(scenario, options.seed) if e.started_s < end_s]
    return Truth(
        scenario=scenario.name,
        seed=options.seed,
        fps=float(options.fps),
        duration_s=end_s,
        events=tuple(_until(event, end_s) for event in events),
        boxes=tuple(boxes),
    )


def _until(event: TruthEvent, end_s: float) -> TruthEvent:
    return replace(event, ended_s=min(event.ended_s, end_s))


def _with_clock(picture: av.VideoFrame, number: int) -> av.VideoFrame:
    planes = np.asarray(picture.to_ndarray(), dtype=np.uint8)
    draw_clock(planes[: picture.height], number)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


@contextmanager
def _clip(
    path: Path, scenario: Scenario, options: RenderOptions
) -> Iterator[tuple[av.container.OutputContainer, VideoStream]]:
    camera = resize_camera(scenario.camera, options.width)
    partial = path.with_name(f".{path.name}.partial.mp4")
    try:
        with av.open(str(partial), "w", options={"movflags": "faststart"}) as container:
            stream = container.add_stream("libx264", rate=options.fps)
            stream.width, stream.height, stream.pix_fmt = camera.width, camera.height, "yuv420p"
            stream.codec_context.gop_size = _KEYFRAME_EVERY_S * options.fps
            stream.codec_context.max_b_frames = 0
            stream.options = {"preset": "medium", "crf": str(options.crf)}
            yield container, stream
        partial.replace(path)
    except av.error.OSError as error:
        if "No space" in str(error):
            raise StorageFull(f"no room left to write {path}") from error
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
