"""Masks are rounded outward: nothing of the masked area is left in any plane."""

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sentinel_camera.masking.painter import MaskPainter
from sentinel_camera.masking.raster import Polygon, covered_cells, grow
from sentinel_camera.sampling.pictures import PictureScaler
from sentinel_camera.worker.live_encoder import LiveEncoder

HALF = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))

sizes = st.tuples(st.integers(2, 97), st.integers(2, 97))
shares = st.floats(0.0, 1.0)
points = st.tuples(shares, shares)


@given(st.tuples(points, points, points), sizes, st.tuples(shares, shares, shares))
def test_every_point_of_a_triangle_is_covered(
    triangle: tuple[tuple[float, float], ...],
    size: tuple[int, int],
    weights: tuple[float, float, float],
) -> None:
    total = sum(weights)
    parts = [weight / total for weight in weights] if total > 0 else [1.0, 0.0, 0.0]
    width, height = size
    x = sum(part * corner[0] for part, corner in zip(parts, triangle, strict=True))
    y = sum(part * corner[1] for part, corner in zip(parts, triangle, strict=True))
    covered = covered_cells([triangle], width, height)
    rows, columns = covered.shape
    # The sum above may round out of the triangle; the raster allows for a millionth of a cell.
    assert covered[min(rows - 1, int(y * height / 2)), min(columns - 1, int(x * width / 2))]


@given(st.lists(points, min_size=3, max_size=8), sizes)
def test_what_is_far_from_the_outline_and_outside_stays(
    polygon: list[tuple[float, float]], size: tuple[int, int]
) -> None:
    width, height = size
    covered = covered_cells([polygon], width, height)
    xs, ys = (np.array(values) for values in zip(*polygon, strict=True))
    rows, columns = np.nonzero(covered)
    assert columns.min() >= np.floor(xs.min() * width / 2 - 0.01) - 1
    assert columns.max() <= np.ceil(xs.max() * width / 2 + 0.01)
    assert rows.min() >= np.floor(ys.min() * height / 2 - 0.01) - 1
    assert rows.max() <= np.ceil(ys.max() * height / 2 + 0.01)


def test_a_rectangle_on_the_grid_covers_itself_and_the_cells_it_touches() -> None:
    covered = covered_cells([((0.25, 0.5), (0.55, 0.5), (0.55, 0.9), (0.25, 0.9))], 40, 20)
    rows, columns = np.nonzero(covered)
    # 10 x 20 cells: x from 5 to 11, y from 5 to 9; a shared border counts for both sides.
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (4, 11, 4, 9)
    assert covered[4:10, 4:12].all()


def test_a_star_has_no_hole() -> None:
    star = [
        (0.5 + 0.5 * np.sin(4 * np.pi * n / 5), 0.5 - 0.5 * np.cos(4 * np.pi * n / 5))
        for n in range(5)
    ]
    covered = covered_cells([star], 200, 200)
    assert covered[50, 50]
    assert not covered[0, 0]


def test_several_masks_add_up() -> None:
    left = ((0.0, 0.0), (0.2, 0.0), (0.2, 1.0), (0.0, 1.0))
    right = ((0.8, 0.0), (1.0, 0.0), (1.0, 1.0), (0.8, 1.0))
    both = covered_cells([left, right], 100, 60)
    assert (both == covered_cells([left], 100, 60) | covered_cells([right], 100, 60)).all()
    assert not covered_cells([], 100, 60).any()


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 4))
def test_growing_adds_a_frame(row: int, column: int, cells: int) -> None:
    one = np.zeros((10, 10), np.bool_)
    one[row, column] = True
    rows, columns = np.nonzero(grow(one, cells))
    assert (rows.min(), columns.min()) == (max(0, row - cells), max(0, column - cells))
    assert (rows.max(), columns.max()) == (min(9, row + cells), min(9, column + cells))
    assert len(rows) == (rows.max() - rows.min() + 1) * (columns.max() - columns.min() + 1)


@pytest.mark.parametrize("size", [(64, 48), (63, 47), (2, 2)])
@pytest.mark.parametrize("kind", ["yuv422p", "yuvj422p", "yuv444p10le", "nv12", "rgb24"])
def test_nothing_of_the_masked_area_is_left(size: tuple[int, int], kind: str) -> None:
    """Two pictures that differ in the masked area alone are the same once painted."""
    width, height = size
    secret = _secret(width, height)
    painted = []
    for colour in ((255, 0, 30), (0, 255, 200)):
        rgb = np.full((height, width, 3), 90, np.uint8)
        rgb[secret] = colour
        painted.append(_planes(_paint(_frame(rgb, kind), [HALF])))
    for one, other in zip(*painted, strict=True):
        assert (one == other).all()
    _check_black(painted[0])


@pytest.mark.parametrize("size", [(64, 48), (63, 47), (2, 2)])
@pytest.mark.parametrize("kind", ["yuv420p", "yuvj420p"])
def test_what_is_not_masked_stays_as_it_is(size: tuple[int, int], kind: str) -> None:
    frame = VideoFrame(*size, kind)
    for plane in frame.planes:
        plane.update(np.arange(plane.buffer_size).astype(np.uint8).tobytes())
    before = [plane.copy() for plane in _planes(frame)]
    after = _planes(_paint(frame, [HALF]))
    cells = covered_cells([HALF], *size)
    for one, other, hidden in zip(before, after, (_secret(*size), cells, cells), strict=True):
        assert (one[~hidden] == other[~hidden]).all()
    _check_black(after)


def test_full_range_black_is_zero() -> None:
    frame = _frame(np.full((48, 64, 3), 200, np.uint8), "yuv420p")
    frame.color_range = ColorRange.JPEG
    y, _, _ = _planes(_paint(frame, [HALF]))
    assert y[24, 32] == 0


def test_the_decoder_does_not_see_the_mask() -> None:
    """Pictures are predicted from earlier ones: those must be as the source sent them."""
    encoder, painter = LiveEncoder(640), MaskPainter([HALF], PictureScaler())
    texture = np.random.default_rng(0).integers(40, 200, (48, 64, 3), np.uint8)
    units = [unit for n in range(10) for unit in encoder.encode(_frame(texture, "yuv420p"), n)]
    plain, painted = (
        av.CodecContext.create("h264", "r"),
        av.CodecContext.create("h264", "r"),
    )
    plain.extradata = painted.extradata = encoder.configuration
    for unit in units:
        (one,) = plain.decode(av.Packet(unit.data))
        (other,) = painted.decode(av.Packet(unit.data))
        assert (_planes(one)[0] == _planes(other)[0]).all()
        painter.paint(other)


def test_another_size_gets_another_area() -> None:
    painter = MaskPainter([HALF], PictureScaler())
    for width, height in ((64, 48), (128, 96), (64, 48)):
        y, _, _ = _planes(painter.paint(_frame(np.full((height, width, 3), 99, np.uint8), "nv12")))
        assert y[height // 2, width // 2] == 16
        assert y[0, 0] > 16


def _frame(rgb: NDArray[np.uint8], kind: str) -> VideoFrame:
    return VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=kind)


def _paint(frame: VideoFrame, masks: list[Polygon]) -> VideoFrame:
    return MaskPainter(masks, PictureScaler()).paint(frame)


def _planes(frame: VideoFrame) -> list[NDArray[np.uint8]]:
    picture = PictureScaler().planes(frame)
    return [picture.y, picture.u, picture.v]


def _secret(width: int, height: int) -> NDArray[np.bool_]:
    cells = covered_cells([HALF], width, height)
    return cells.repeat(2, 0).repeat(2, 1)[:height, :width]


def _check_black(planes: list[NDArray[np.uint8]]) -> None:
    y, u, v = planes
    height, width = y.shape
    cells = covered_cells([HALF], width, height)
    assert y[_secret(width, height)].max() <= 16
    assert (u[cells] == 128).all()
    assert (v[cells] == 128).all()
