"""What can be tuned about the tracker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """Thresholds and noise of a tracker; the defaults are calibrated for YOLOv8n.

    Confidences are those of the detector, 0..1, and depend on the model: calibrate them anew for a
    model whose scores are spread differently (benchmarks/tracker.py scores a tracker). Durations
    are seconds of the media clock. Noise is relative to the height of the box, so that near and
    far objects are treated alike.

    Attributes:
        low_confidence: rows below it are left alone.
        high_confidence: rows from here on look for any track, rows below only continue a track
            that was seen in the last frame.
        new_confidence: a row from here on begins a track if it found none.
        match_overlap: least overlap (intersection over union) with which a high row continues a
            confirmed track.
        low_match_overlap: the same for a low row.
        tentative_overlap: the same for a high row and a track that is not confirmed yet.
        confirm_hits: hits after which a track is confirmed and its id is given out.
        lost_s: a track unseen for longer than this has ended.
        standing_lost_s: the same for a track that stood when it was last seen: what hides a
            standing object hides it for long, and it is still where it was.
        standing_speed: slower than this is standing, in box heights per second.
        measurement_noise: standard deviation of a detector's box edges, in box heights.
        drift_noise: unexplained movement, in box heights per square root of a second.
        acceleration_noise: change of speed, in box heights per second per square root of a second.
        start_speed: standard deviation of the speed of a new track, in box heights per second.
    """

    low_confidence: float = 0.1
    high_confidence: float = 0.3
    new_confidence: float = 0.4
    match_overlap: float = 0.25
    low_match_overlap: float = 0.5
    tentative_overlap: float = 0.3
    confirm_hits: int = 2
    lost_s: float = 2.0
    standing_lost_s: float = 4.0
    standing_speed: float = 0.3
    measurement_noise: float = 0.05
    drift_noise: float = 0.11
    acceleration_noise: float = 0.2
    start_speed: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.low_confidence <= self.high_confidence <= self.new_confidence <= 1.0:
            raise ValueError("confidences must ascend from low over high to new, within 0..1")
        fractions = (self.match_overlap, self.low_match_overlap, self.tentative_overlap)
        if not all(0.0 < fraction <= 1.0 for fraction in fractions):
            raise ValueError("an overlap must be above 0 and at most 1")
        if self.confirm_hits < 1:
            raise ValueError("a track is confirmed by at least one hit")
        if self.lost_s <= 0.0 or self.measurement_noise <= 0.0:
            raise ValueError("lost_s and measurement_noise must be above 0")
        if self.standing_lost_s < self.lost_s:
            raise ValueError("standing_lost_s must not be below lost_s")
        noise = (self.drift_noise, self.acceleration_noise, self.start_speed)
        if min(*noise, self.standing_speed) < 0.0:
            raise ValueError("noise and speeds cannot be negative")
