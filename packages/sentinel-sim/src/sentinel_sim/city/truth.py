"""What really happened in a scene: the incidents that a perfect observer would report."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from sentinel_core.domain.incidents import IncidentType

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthEvent:
    """One incident of the world, whoever notices it.

    Attributes:
        started_s: When the condition began in the world; no rule's waiting time is in it.
        ended_s: When it ended; the end of the scene if it went on.
        zone_id: The zone where it began; None for the whole picture.
        box: Where it was in the picture at its start, x1, y1, x2, y2 in 0..1; None for a zone.
        actors: Who took part, as in `ActorView.actor_id`.
        is_ignored: So near a threshold that seeing it is no hit and missing it no miss.
        detail: What kind it was, such as `covered` of a camera that is tampered with.
    """

    type: IncidentType
    started_s: float
    ended_s: float
    zone_id: UUID | None = None
    box: Box | None = None
    actors: tuple[int, ...] = ()
    is_ignored: bool = False
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **asdict(self),
            "type": self.type.value,
            "zone_id": None if self.zone_id is None else str(self.zone_id),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The reverse of `as_json`."""
        zone_id, box = values["zone_id"], values["box"]
        return cls(
            type=IncidentType(values["type"]),
            started_s=float(values["started_s"]),
            ended_s=float(values["ended_s"]),
            zone_id=None if zone_id is None else UUID(zone_id),
            box=None if box is None else _box(box),
            actors=tuple(int(actor) for actor in values["actors"]),
            is_ignored=bool(values["is_ignored"]),
            detail=str(values["detail"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthBox:
    """Where one actor really is in one picture.

    Attributes:
        box: x1, y1, x2, y2 in 0..1.
        visibility: Share of the box that nothing hides and that is in the picture.
    """

    t_s: float
    actor_id: int
    class_id: int
    box: Box
    visibility: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything that is known about a clip. The file next to `x.mp4` is `x.truth.json`."""

    scenario: str
    seed: int
    fps: float
    duration_s: float
    events: tuple[TruthEvent, ...]
    boxes: tuple[TruthBox, ...] = ()

    def write(self, path: Path) -> None:
        """Write as JSON."""
        document = {
            "scenario": self.scenario,
            "seed": self.seed,
            "fps": self.fps,
            "duration_s": self.duration_s,
            "events": [event.as_json() for event in self.events],
            "boxes": [asdict(box) for box in self.boxes],
        }
        path.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote.

        Raises:
            OSError: The file cannot be read.
            ValueError, KeyError: It is no truth file.
        """
        document = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            scenario=document["scenario"],
            seed=document["seed"],
            fps=document["fps"],
            duration_s=document["duration_s"],
            events=tuple(TruthEvent.from_json(event) for event in document["events"]),
            boxes=tuple(
                TruthBox(**{**values, "box": _box(values["box"])}) for values in document["boxes"]
            ),
        )


def _box(values: Any) -> Box:
    x1, y1, x2, y2 = (float(value) for value in values)
    return (x1, y1, x2, y2)
