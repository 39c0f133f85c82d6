"""What the API shows of inference-service."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceSnapshot:
    """Latencies are capture to event, over the last minute; None before the first frame."""

    model_version: str
    model_sha256: str
    engine: str
    frames_per_s: float
    latency_p50_ms: float | None
    latency_p95_ms: float | None


class InferenceStatus(Protocol):
    """Implemented by inference-service."""

    def snapshot(self) -> InferenceSnapshot:
        """Present figures; cheap."""
        ...
