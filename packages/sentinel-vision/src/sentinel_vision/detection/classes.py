"""The six classes of the product and how they group."""

import numpy as np
from numpy.typing import NDArray

CLASS_NAMES = ("person", "bicycle", "car", "motorcycle", "bus", "truck")

PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK = range(len(CLASS_NAMES))

VEHICLE_CLASSES = frozenset({CAR, MOTORCYCLE, BUS, TRUCK})

# A track never changes its group: a person does not become a car, a car may turn out a truck.
GROUP_PERSON, GROUP_TWO_WHEELER, GROUP_VEHICLE = range(3)
CLASS_GROUPS: NDArray[np.int64] = np.array(
    [
        GROUP_PERSON,
        GROUP_TWO_WHEELER,
        GROUP_VEHICLE,
        GROUP_TWO_WHEELER,
        GROUP_VEHICLE,
        GROUP_VEHICLE,
    ]
)
