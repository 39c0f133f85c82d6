"""Record what the shipped model sees in the demo clips: the fixtures of the rules' tests.

Run it again after a change of the model or of the detector. One `.npz` a clip, 5 frames/s of media
time; boxes as uint16 in sixteenths of a pixel, confidences as uint8 in 1/250.

    .venv/bin/python tools/record_detections.py
"""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from sentinel_vision.detection.detections import Detections
from sentinel_vision.detection.model import load_model
from sentinel_vision.detection.onnx_engine import OnnxDetector
from sentinel_vision.frames.frame import analysis_size

ROOT = Path(__file__).resolve().parents[1]
CLIPS = ("toll_congestion", "toll_morning", "toll_night", "plaza_pedestrians")
FIXTURES = ROOT / "packages/sentinel-vision/tests/data"
INTERVAL_S = Fraction(1, 5)
BOX_STEPS_PER_PX = 16
CONFIDENCE_STEPS = 250


def main() -> None:
    """Write all fixtures."""
    detector = OnnxDetector(load_model(ROOT / "data/models/v0"), threads=2)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for clip in CLIPS:
        path = FIXTURES / f"{clip}.npz"
        record(detector, ROOT / f"data/demo/{clip}.mp4", path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def record(detector: OnnxDetector, clip: Path, fixture: Path) -> None:
    """Write the detections of one clip."""
    times: list[float] = []
    found: list[Detections] = []
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        size = (stream.width, stream.height)
        width, height = analysis_size(*size)
        due = Fraction(0)
        for frame in container.decode(stream):
            if frame.pts is None or stream.time_base is None:
                continue
            time = frame.pts * stream.time_base
            if time < due:
                continue
            due += INTERVAL_S
            rgb = frame.to_ndarray(format="rgb24", width=width, height=height).astype(np.uint8)
            times.append(float(time))
            found.append(detector.detect(rgb, size))
    np.savez_compressed(
        fixture,
        size=np.array(size, dtype=np.uint16),
        times_s=np.array(times, dtype=np.float64),
        counts=np.array([len(detections) for detections in found], dtype=np.uint8),
        boxes=np.concatenate(
            [np.rint(detections.boxes * BOX_STEPS_PER_PX).astype(np.uint16) for detections in found]
        ),
        confidences=np.concatenate(
            [
                np.rint(detections.confidences * CONFIDENCE_STEPS).astype(np.uint8)
                for detections in found
            ]
        ),
        class_ids=np.concatenate([detections.class_ids.astype(np.uint8) for detections in found]),
    )


if __name__ == "__main__":
    main()
