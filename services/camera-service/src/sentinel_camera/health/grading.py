"""From figures to a grade, with the reasons in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from sentinel_core.domain.cameras import CameraHealth, HealthGrade


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFigures:
    """What was measured of a camera; None where nothing is known.

    Attributes:
        fps: Pictures a second that came, over the last minute.
        announced_fps: As the source says.
        stalls: In the last hour, as `reconnects`.
        corrupt_share: Of the due pictures of the last ten minutes.
        latency_s: 95th percentile of the last five minutes, arrival to outcome of inference.
        clock_flaw: What is wrong with the pace of the source's clock at present, as a sentence.
    """

    fps: float | None = None
    announced_fps: float | None = None
    stalls: int = 0
    reconnects: int = 0
    corrupt_share: float = 0.0
    latency_s: float | None = None
    clock_flaw: str | None = None

    @property
    def fps_share(self) -> float | None:
        """Pictures that came, of those announced."""
        if self.fps is None or self.announced_fps is None:
            return None
        return self.fps / self.announced_fps


_FPS_SHARE = (0.9, 0.6)
"""Below the first it is fair, below the second poor; above, for those that follow."""
_STALLS = (0, 5)
_RECONNECTS = (1, 11)
_CORRUPT_SHARE = (0.005, 0.05)
_LATENCY_S = (0.5, 2.0)

_Flaw = tuple[HealthGrade, str]


def grade(figures: CameraFigures) -> CameraHealth:
    """The worst of all figures counts.

    Limits, fair and poor: under 90 % and 60 % of the announced pictures; from 1 and 6 stalls and
    2 and 12 lost connections in an hour; over 0.5 % and 5 % damaged pictures; over 0.5 s and 2 s
    until a picture is inferred. A clock that keeps another pace than ours makes it fair.
    """
    flaws = list(_flaws(figures))
    grades = {flaw for flaw, _ in flaws}
    worst = HealthGrade.GOOD
    for candidate in (HealthGrade.POOR, HealthGrade.FAIR):
        if candidate in grades:
            worst = candidate
            break
    share = figures.fps_share
    latency_s = figures.latency_s
    return CameraHealth(
        grade=worst,
        reasons=tuple(text for _, text in flaws),
        fps_share=None if share is None else round(share, 3),
        stalls_per_h=float(figures.stalls),
        reconnects_per_h=float(figures.reconnects),
        corrupt_share=round(figures.corrupt_share, 4),
        latency_p95_ms=None if latency_s is None else round(latency_s * 1000, 1),
    )


def _flaws(figures: CameraFigures) -> Iterator[_Flaw]:
    share = figures.fps_share
    if share is not None and (flaw := _rate(-share, (-_FPS_SHARE[0], -_FPS_SHARE[1]))):
        yield (
            flaw,
            f"Only {figures.fps:.1f} of the announced {figures.announced_fps:.1f} "
            "pictures a second come.",
        )
    elif figures.clock_flaw is not None:
        yield HealthGrade.FAIR, figures.clock_flaw
    if flaw := _rate(figures.stalls, _STALLS):
        yield flaw, f"It fell silent {_times(figures.stalls)} in the last hour."
    if flaw := _rate(figures.reconnects, _RECONNECTS):
        yield flaw, f"Its connection was lost {_times(figures.reconnects)} in the last hour."
    if flaw := _rate(figures.corrupt_share, _CORRUPT_SHARE):
        yield flaw, f"{figures.corrupt_share:.1%} of its pictures were damaged."
    if figures.latency_s is not None and (flaw := _rate(figures.latency_s, _LATENCY_S)):
        yield flaw, f"Its pictures are inferred {figures.latency_s:.1f} s after they came."


def _rate(value: float, limits: tuple[float, float]) -> HealthGrade | None:
    fair, poor = limits
    if value > poor:
        return HealthGrade.POOR
    return HealthGrade.FAIR if value > fair else None


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
