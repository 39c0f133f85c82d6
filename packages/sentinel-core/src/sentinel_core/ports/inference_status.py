"""What the API shows of inference-service."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceSnapshot:
    """Latencies are capture to event, over the last minute; None before the first frame.

    Attributes:
        model_sha256: Of the file in use; empty where another server runs the network.
        engine: Library and version.
        provider: What it computes on, such as CPU or CUDA.
        precision: `float32` or `int8`.
    """

    model_version: str
    model_sha256: str
    engine: str
    provider: str
    precision: str
    frames_per_s: float
    latency_p50_ms: float | None
    latency_p95_ms: float | None


class InferenceStatus(Protocol):
    """Implemented by inference-service."""

    def snapshot(self) -> InferenceSnapshot:
        """Present figures; cheap."""
        ...
