from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from sentinel_allinone.testing import Result, Sentinel, exit_code


@pytest.fixture
def sentinel(capfd: pytest.CaptureFixture[str]) -> Sentinel:
    """Run the command line in this process."""

    def run(*arguments: str | Path) -> Result:
        capfd.readouterr()
        code = exit_code([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a moving grey gradient, 320x240, 10 frames a second."""
    path = tmp_path_factory.mktemp("clips") / "gradient.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.options = {"bf": "0", "g": "10", "preset": "ultrafast"}
        for number in range(20):
            picture = np.full((240, 320, 3), number * 10, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
