"""inference-service: detects, tracks and judges sampled frames; owns what incidents do by themselves."""

from sentinel_inference.service import (
    InferencePorts,
    InferenceService,
    build,
    reporting_thresholds,
)

__all__ = ["InferencePorts", "InferenceService", "build", "reporting_thresholds"]
