"""What moves in the city, and how large it is."""

from dataclasses import dataclass

import numpy as np

from sentinel_vision.detection.classes import BICYCLE, BUS, CAR, MOTORCYCLE, PERSON, TRUCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of actor.

    Attributes:
        class_id: What a detector calls it, `classes.CLASS_NAMES`.
        base_m: Height of its lower edge above the ground: a rider sits.
        acceleration_m_s2: Of a calm driver.
        rider: Name of the kind that sits on it, "" for none.
    """

    name: str
    class_id: int
    length_m: float
    width_m: float
    height_m: float
    base_m: float = 0.0
    acceleration_m_s2: float = 1.5
    rider: str = ""


KINDS: tuple[Kind, ...] = (
    Kind(name="person", class_id=PERSON, length_m=0.45, width_m=0.55, height_m=1.75),
    Kind(name="car", class_id=CAR, length_m=4.4, width_m=1.8, height_m=1.48),
    Kind(name="suv", class_id=CAR, length_m=4.8, width_m=1.92, height_m=1.74),
    Kind(name="van", class_id=CAR, length_m=5.4, width_m=2.0, height_m=2.3),
    Kind(
        name="truck",
        class_id=TRUCK,
        length_m=8.6,
        width_m=2.5,
        height_m=3.3,
        acceleration_m_s2=0.9,
    ),
    Kind(
        name="bus",
        class_id=BUS,
        length_m=12.0,
        width_m=2.55,
        height_m=3.1,
        acceleration_m_s2=1.0,
    ),
    Kind(
        name="motorcycle",
        class_id=MOTORCYCLE,
        length_m=2.2,
        width_m=0.8,
        height_m=1.25,
        acceleration_m_s2=2.2,
        rider="motorcyclist",
    ),
    Kind(
        name="bicycle",
        class_id=BICYCLE,
        length_m=1.8,
        width_m=0.6,
        height_m=1.1,
        acceleration_m_s2=0.8,
        rider="cyclist",
    ),
    # From the feet, which are low, to the head.
    Kind(
        name="motorcyclist",
        class_id=PERSON,
        length_m=0.8,
        width_m=0.6,
        height_m=1.45,
        base_m=0.25,
    ),
    Kind(name="cyclist", class_id=PERSON, length_m=0.7, width_m=0.5, height_m=1.5, base_m=0.15),
)

KIND_INDEX = {kind.name: index for index, kind in enumerate(KINDS)}
CLASS_OF_KIND = np.array([kind.class_id for kind in KINDS], dtype=np.int64)
SIZES_M = np.array([(kind.length_m, kind.width_m, kind.height_m) for kind in KINDS])
"""Length, width, height: shape (kinds, 3)."""
BASES_M = np.array([kind.base_m for kind in KINDS])
RIDER_OF_KIND = np.array([KIND_INDEX.get(kind.rider, -1) for kind in KINDS], dtype=np.int64)
ACCELERATIONS_M_S2 = np.array([kind.acceleration_m_s2 for kind in KINDS])

PERSON_KIND = KIND_INDEX["person"]
FIRST_RIDER_ID = 1_000_000
"""The rider of actor n is actor `FIRST_RIDER_ID + n`."""
