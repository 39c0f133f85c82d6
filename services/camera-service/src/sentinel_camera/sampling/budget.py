"""How many pictures a second this node can have inferred, and who gets how many of them."""

from collections.abc import Mapping
from dataclasses import dataclass

_OVERLOAD_SHARE = 0.05
_DECREASE = 0.85
_LARGEST_DECREASE = 0.5
_INCREASE_SHARE = 0.02
_FAST_INCREASE_SHARE = 0.1
_CAREFUL_PERIODS = 5
_MIN_INCREASE_FPS = 0.25
_SETTLING_PERIODS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of the frames of a node in one period.

    Attributes:
        inferred: Frames.
        overdue: Frames dropped as `queue_full`, `stale` or `inference_timeout`.
        latency_s: Median from offer to outcome; None where nothing was inferred.
    """

    inferred: int
    overdue: int
    latency_s: float | None = None


class LearnedBudget:
    """Finds by additive increase and multiplicative decrease what inference takes.

    Nobody tells the capacity, and it changes: with the model, with other programs, with what is
    in the pictures. As in TCP, the budget grows by a little as long as all goes well, and falls by
    a share when frames come too late: so it stays near the capacity without knowing it, and many
    nodes that share one inference come to a fair division between them. A decrease goes down to
    what was inferred, but never by more than half, and two periods pass before the next one:
    what it changed has to be seen first. An increase is 2 % of what is wanted, so that a node at
    its limit goes over it by little; after five good periods it is 10 %, so that one that was slow
    for a moment (a model that warms up) is back soon.

    A period is overloaded when more than 5 % of the frames were overdue, or when the median of
    their latency comes near the staleness budget.
    """

    def __init__(self, latency_limit_s: float) -> None:
        """Begin without a limit; `latency_limit_s` is what latency has to stay under."""
        self._latency_limit_s = latency_limit_s
        self._budget_fps: float | None = None
        self._settling = 0
        self._good_periods = 0

    def update(
        self, outcomes: Outcomes, period_s: float, *, wanted_fps: float, promised_fps: float
    ) -> float:
        """The budget after one more period, frames per second.

        Args:
            outcomes: Of the period.
            period_s: How long the period was.
            wanted_fps: Of all cameras together; the budget is never larger.
            promised_fps: The floors of all cameras together; the budget is never smaller, for it
                would only take longer to come back.
        """
        present_fps = wanted_fps if self._budget_fps is None else min(self._budget_fps, wanted_fps)
        self._settling = max(0, self._settling - 1)
        if self._is_overloaded(outcomes):
            self._good_periods = 0
            if self._settling == 0:
                lowest_fps = max(outcomes.inferred / period_s, present_fps * _LARGEST_DECREASE)
                self._budget_fps = max(promised_fps, min(present_fps * _DECREASE, lowest_fps))
                self._settling = _SETTLING_PERIODS
        else:
            self._good_periods += 1
            grown_fps = present_fps + self._step_fps(wanted_fps) * period_s
            # Without a limit again: more cameras then start at the rate they want.
            self._budget_fps = None if grown_fps >= wanted_fps else grown_fps
        return wanted_fps if self._budget_fps is None else self._budget_fps

    def _step_fps(self, wanted_fps: float) -> float:
        is_careful = self._good_periods <= _CAREFUL_PERIODS
        share = _INCREASE_SHARE if is_careful else _FAST_INCREASE_SHARE
        return max(_MIN_INCREASE_FPS, share * wanted_fps)

    def _is_overloaded(self, outcomes: Outcomes) -> bool:
        total = outcomes.inferred + outcomes.overdue
        if outcomes.overdue > _OVERLOAD_SHARE * total:
            return True
        return outcomes.latency_s is not None and outcomes.latency_s > self._latency_limit_s


def share_fairly(
    budget_fps: float, wanted_fps: Mapping[str, float], floor_fps: float
) -> dict[str, float]:
    """Rates by camera: as equal as can be (max-min fair) between floor and wish.

    Nobody gets more than it wants, and what it does not want goes to the others. The floor is
    promised to everybody, also where the budget is too small for that.
    """
    rates = {key: min(floor_fps, wanted) for key, wanted in wanted_fps.items()}
    left_fps = budget_fps - sum(rates.values())
    level_fps = floor_fps
    hungry = sorted((wanted, key) for key, wanted in wanted_fps.items() if wanted > floor_fps)
    for position, (wanted, _) in enumerate(hungry):
        count = len(hungry) - position
        step_fps = wanted - level_fps
        if left_fps < step_fps * count:
            level_fps += max(0.0, left_fps) / count
            break
        left_fps -= step_fps * count
        level_fps = wanted
    for wanted, key in hungry:
        rates[key] = min(wanted, level_fps)
    return rates
