"""Boxes that a camera's settings leave out before they are tracked."""

from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.domain.zones import ZoneSet, ZoneType
from sentinel_vision.detection.classes import CLASS_NAMES
from sentinel_vision.detection.detections import Detections
from sentinel_vision.rules.geometry import Flags, PolygonSet
from sentinel_vision.rules.parameters import parameter

BOXES: Final = "boxes"
"""Their place in `ZoneSet.rules`, beside those of the rules."""


class BoxFilterParameters(BaseModel):
    """Which boxes count at all; by itself every one does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    masks_ignored: bool = Field(
        default=False,
        strict=True,
        description="Leave out what stands in an ignored zone, instead of tracking it unjudged.",
        json_schema_extra={"unit": ""},
    )
    side_px: float = parameter(
        0.0, "px", (0.0, 2000.0), "Leave out boxes whose shorter side is less, in source pixels."
    )
    share: float = parameter(
        0.0, "", (0.0, 1.0), "Leave out boxes that cover less of the picture than this part."
    )
    person: float = parameter(0.0, "", (0.0, 1.0), "Leave out persons seen less surely.")
    bicycle: float = parameter(0.0, "", (0.0, 1.0), "Leave out bicycles seen less surely.")
    car: float = parameter(0.0, "", (0.0, 1.0), "Leave out cars seen less surely.")
    motorcycle: float = parameter(0.0, "", (0.0, 1.0), "Leave out motorcycles seen less surely.")
    bus: float = parameter(0.0, "", (0.0, 1.0), "Leave out buses seen less surely.")
    truck: float = parameter(0.0, "", (0.0, 1.0), "Leave out trucks seen less surely.")

    @classmethod
    def for_camera(cls, zones: ZoneSet) -> "BoxFilterParameters":
        """What the zone set of a camera says.

        Raises:
            InvalidInput: A parameter that does not exist or is out of bounds.
        """
        try:
            return cls.model_validate(zones.rules.get(BOXES, {}))
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join((BOXES, *(str(part) for part in first["loc"])))
            raise InvalidInput(f"{name}: {first['msg']}", field=name) from None


class BoxFilter:
    """The filter of one camera.

    Raises:
        InvalidInput: See `BoxFilterParameters.for_camera`.
    """

    def __init__(self, zones: ZoneSet) -> None:
        parameters = BoxFilterParameters.for_camera(zones)
        self._parameters = parameters
        self._is_idle = parameters == BoxFilterParameters()
        self._thresholds = np.array(
            [getattr(parameters, name) for name in CLASS_NAMES], dtype=np.float32
        )
        masked = [z.polygon for z in zones.zones if z.type is ZoneType.IGNORE]
        self._masks = PolygonSet(masked if parameters.masks_ignored else [])

    def select(self, detections: Detections, width: int, height: int) -> Detections:
        """The boxes that count.

        Args:
            detections: Of one frame, in any order.
            width: Of the source frame in pixels.
            height: As `width`.
        """
        if self._is_idle or not len(detections):
            return detections
        sides = detections.boxes[:, 2:] - detections.boxes[:, :2]
        counts: Flags = (
            (detections.confidences >= self._thresholds[detections.class_ids])
            & (sides.min(axis=1) >= self._parameters.side_px)
            & (sides.prod(axis=1) >= self._parameters.share * width * height)
        )
        anchors = np.stack(
            [
                (detections.boxes[:, 0] + detections.boxes[:, 2]) / (2.0 * width),
                detections.boxes[:, 3] / height,
            ],
            axis=1,
            dtype=np.float64,
        )
        return detections.select(counts & ~self._masks.contain(anchors).any(axis=1))
