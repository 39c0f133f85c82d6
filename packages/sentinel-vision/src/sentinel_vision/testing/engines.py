"""The contract of an engine: every engine computes the same boxes from the same pictures."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from sentinel_core.domain.errors import ModelRefused
from sentinel_core.runtime.assets import asset
from sentinel_vision.detection.detector import YoloDetector
from sentinel_vision.detection.engine import Engine, ScaledPicture
from sentinel_vision.detection.golden import check_golden
from sentinel_vision.detection.head import anchor_count
from sentinel_vision.detection.model import ModelFile, Precision, load_model
from sentinel_vision.detection.onnx_engine import OnnxEngine
from sentinel_vision.testing.networks import tiny_model

SHAPES = ((384, 640), (480, 640), (640, 384))


def noise(shape: tuple[int, int], *, seed: int, pictures: int = 1) -> NDArray[np.float32]:
    """A tensor of random pixels in 0..1."""
    values = np.random.default_rng(seed).random((pictures, 3, *shape), dtype=np.float32)
    return np.asarray(values)


class EngineContract:
    """Subclass it, override `open_engine`, and every promise of `Engine` is tested."""

    @classmethod
    def open_engine(cls, content: bytes) -> Engine:
        """The engine under test with a model."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> ModelFile:
        return load_model(asset("data/models/v0"))

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, model: ModelFile) -> Engine:
        return cls.open_engine(model.content)

    @pytest.fixture(scope="class")
    @classmethod
    def reference(cls, model: ModelFile) -> Engine:
        return OnnxEngine(model.content)

    def test_it_says_what_the_file_says_of_itself(self, engine: Engine) -> None:
        (given,), (answer,) = engine.signature.inputs, engine.signature.outputs
        assert (given.name, given.type, answer.name) == ("images", "tensor(float)", "output0")
        assert given.shape[1] == 3
        assert answer.shape[1] == 10
        assert "'car'" in engine.signature.metadata["names"]
        assert engine.name
        assert engine.provider

    def test_it_takes_single_pictures(self, engine: Engine) -> None:
        sizes = engine.batch_sizes
        assert sizes[0] == 1
        assert list(sizes) == sorted(set(sizes))

    @pytest.mark.parametrize("shape", SHAPES)
    def test_it_computes_what_the_reference_computes(
        self, engine: Engine, reference: Engine, shape: tuple[int, int]
    ) -> None:
        tensor = noise(shape, seed=3)
        before = tensor.copy()
        output = engine.run(tensor)
        assert output.dtype == np.float32
        assert output.shape == (1, 10, anchor_count(*shape))
        expected = reference.run(tensor)
        np.testing.assert_allclose(output[:, 4:], expected[:, 4:], atol=0.01)
        np.testing.assert_allclose(output[:, :4], expected[:, :4], atol=1.0)
        np.testing.assert_array_equal(tensor, before)

    def test_every_batch_holds_what_its_pictures_give_alone(self, engine: Engine) -> None:
        for size in engine.batch_sizes[1:]:
            tensor = noise((384, 640), seed=5, pictures=size)
            alone = [engine.run(tensor[i : i + 1]) for i in range(size)]
            np.testing.assert_allclose(engine.run(tensor), np.concatenate(alone), atol=0.05)

    def test_an_answer_stays_what_it_is_after_the_next_call(self, engine: Engine) -> None:
        first = engine.run(noise((384, 640), seed=1))
        kept = first.copy()
        engine.run(noise((384, 640), seed=2))
        np.testing.assert_array_equal(first, kept)

    def test_calls_side_by_side_do_not_mix(self, engine: Engine) -> None:
        tensors = [noise((384, 640), seed=seed) for seed in range(4)]
        alone = [engine.run(tensor) for tensor in tensors]
        together = threading.Barrier(2, timeout=60)

        def run(index: int) -> NDArray[np.float32]:
            together.wait()
            return engine.run(tensors[index])

        with ThreadPoolExecutor(2) as workers:
            for index, output in enumerate(workers.map(run, range(4))):
                np.testing.assert_allclose(output, alone[index], atol=1e-4)

    def test_the_golden_picture_shows_what_it_should(
        self, engine: Engine, model: ModelFile
    ) -> None:
        check_golden(YoloDetector(model, engine), model)

    def test_the_int8_model_sees_the_same(self) -> None:
        int8 = load_model(asset("data/models/v0"), Precision.INT8)
        check_golden(YoloDetector(int8, self.open_engine(int8.content)), int8)

    def test_a_detector_finds_the_same_alone_and_in_a_batch(
        self, engine: Engine, model: ModelFile
    ) -> None:
        detector = YoloDetector(model, engine)
        pictures = [
            ScaledPicture(
                np.random.default_rng(seed).integers(0, 255, (360, 640, 3), dtype=np.uint8),
                (1280, 720),
            )
            for seed in range(3)
        ]
        together = detector.detect_batch(pictures)
        for picture, found in zip(pictures, together, strict=True):
            np.testing.assert_allclose(found.boxes, detector.detect(*picture).boxes, atol=0.5)

    def test_what_is_no_model_is_refused(self) -> None:
        with pytest.raises(ModelRefused, match="cannot load"):
            self.open_engine(b"not an onnx file")

    @pytest.mark.parametrize(
        ("model", "reason"),
        [
            (tiny_model(rows=84), "84 rows"),
            (tiny_model(rank=2), r"must be \[1, 4 \+ classes, anchors\]"),
            (tiny_model(names=None), "no class names"),
            (tiny_model(names="not a dict ("), "cannot be read"),
            (tiny_model(names="['car']"), "no numbered list"),
            (tiny_model(rows=5, names="{0: 'cat'}"), "none of the classes"),
            (tiny_model(inputs=2), "2"),
            (tiny_model(shape=(1, 1, 384, 640)), "must be float32"),
            (tiny_model(shape=(1, 3, 640, 640)), "fixed to 640x640"),
            (tiny_model(anchors=100), "100 anchors"),
        ],
    )
    def test_a_model_that_is_no_yolov8_detector_is_refused(
        self, model: ModelFile, reason: str
    ) -> None:
        with pytest.raises(ModelRefused, match=reason):
            YoloDetector(model, self.open_engine(model.content))
