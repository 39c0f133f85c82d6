"""Made-up views of a camera, small and grey, for the rules that look at pixels."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from sentinel_vision.rules.picture import Luma
from sentinel_vision.rules.scene import SceneFrame

ROWS, COLUMNS = 90, 160

Disturbance = Callable[[Luma, float], Luma]
"""Changes a picture at a time in seconds."""


def draw_street(*, seed: int = 0, margin: int = 0) -> Luma:
    """Houses, windows and lane marks: fixed shapes, uint8, (90, 160) and `margin` more each side.

    Args:
        seed: Another one is another place.
        margin: Pixels of the same street beyond the edges, for a camera that turns.
    """
    random = np.random.default_rng(seed)
    height, width = ROWS + 2 * margin, COLUMNS + 2 * margin
    picture = np.linspace(150.0, 90.0, height)[:, None] * np.ones(width)
    for _ in range(140):
        top, left = int(random.integers(0, height - 4)), int(random.integers(0, width - 4))
        rows, columns = int(random.integers(2, 22)), int(random.integers(2, 26))
        picture[top : top + rows, left : left + columns] = random.uniform(40, 210)
    return picture.astype(np.uint8)


def show(
    scenes: Iterable[SceneFrame],
    *,
    fault: Disturbance | None = None,
    between_s: tuple[float, float] = (0.0, np.inf),
    street: Luma | None = None,
) -> Iterator[SceneFrame]:
    """Give each scene a picture: the street, noise, a lorry that passes, and a fault.

    Args:
        scenes: As `film` makes them.
        fault: What is wrong with the camera.
        between_s: When, in seconds of the media clock.
        street: Where the camera looks; another one than `draw_street()`.
    """
    plain = draw_street() if street is None else street
    for scene in scenes:
        time_s = scene.pts_90k / 90_000
        random = np.random.default_rng(round(time_s * 1000))
        picture = plain.astype(np.int16)
        lorry = round(time_s * 40) % (COLUMNS + 30)
        picture[50:66, max(0, lorry - 30) : lorry] = 230
        picture = picture + random.normal(0.0, 2.0, picture.shape).astype(np.int16)
        luma = np.clip(picture, 0, 255).astype(np.uint8)
        if fault is not None and between_s[0] <= time_s < between_s[1]:
            luma = fault(luma, time_s)
        yield replace(scene, luma=luma)
