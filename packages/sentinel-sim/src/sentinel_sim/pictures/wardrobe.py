"""Which real actor plays which simulated one."""

from collections.abc import Sequence
from typing import Final

from sentinel_sim.city.kinds import Kind
from sentinel_sim.pictures.cutouts import Model, load_people, load_vehicles

_CHOICE: Final = 6
"""Among so many that were filmed from about the same side one is taken."""

_OUTFITS: Final = ("dark", "jeans", "dark", "jeans", "red")
"""Of people, as often as they are worn; one who turns round wears the same."""

_LIKE: Final = {"red": "jeans"}
"""The woman in red was filmed from the side alone."""

_STAND_INS: Final = {"van": "suv", "bus": "truck", "suv": "car", "car": "suv"}


class Wardrobe:
    """An actor keeps its looks as long as one sees the same side of it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._worn: dict[tuple[int, str], Model] = {}
        self._people = load_people() + tuple(person.mirrored() for person in load_people())

    def vehicle(self, actor_id: int, kind: Kind, view: str, lateral_m: float) -> Model | None:
        """A vehicle, mirrored where it drives left of the camera.

        Args:
            actor_id: Of the simulated vehicle.
            kind: What it is.
            view: `front` or `rear`.
            lateral_m: How far right of the camera it drives.

        Returns:
            None where there is no cut-out of such a kind.
        """
        side = view if lateral_m >= 0.0 else f"{view}, mirrored"
        if (actor_id, side) not in self._worn:
            models = _of_kind(kind.name, view)
            if not models:
                return None
            near = sorted(
                models, key=lambda model: abs(model.cutouts[0].lateral_m - abs(lateral_m))
            )
            model = self._pick(near[:_CHOICE], actor_id)
            self._worn[actor_id, side] = model if lateral_m >= 0.0 else model.mirrored()
        return self._worn[actor_id, side]

    def person(self, actor_id: int, view: str) -> Model:
        """A person who walks `left`, `right`, `toward` or `away`."""
        if (actor_id, view) not in self._worn:
            outfit = _OUTFITS[self._hash(actor_id) % len(_OUTFITS)]
            models = [model for model in self._people if model.view == view]
            if all(model.outfit != outfit for model in models):
                outfit = _LIKE[outfit]
            dressed = [model for model in models if model.outfit == outfit]
            self._worn[actor_id, view] = self._pick(dressed, actor_id)
        return self._worn[actor_id, view]

    def _pick(self, models: Sequence[Model], actor_id: int) -> Model:
        return models[self._hash(actor_id) // len(_OUTFITS) % len(models)]

    def _hash(self, actor_id: int) -> int:
        # Knuth's multiplicative hash: neighbouring numbers get different looks.
        return (actor_id * 2654435761 + self._seed * 40503) % 2**32 >> 7


def _of_kind(kind: str, view: str) -> list[Model]:
    tried: set[str] = set()
    while kind and kind not in tried:
        tried.add(kind)
        models = [model for model in load_vehicles() if (model.kind, model.view) == (kind, view)]
        if models:
            return models
        kind = _STAND_INS.get(kind, "")
    return []
