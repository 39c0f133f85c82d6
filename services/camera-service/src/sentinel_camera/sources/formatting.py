"""Access units, in whichever framing, as MP4 and its kin want them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from sentinel_camera.sources.nal_units import split_annex_b, split_lengths, with_length


class UnitFormatter(ABC):
    """Rewrites the access units of one stream for MP4.

    Parameter sets leave the samples and go into the configuration, wherever they come from.
    """

    def __init__(self, extradata: bytes | None) -> None:
        """Take over what the container says.

        Args:
            extradata: The decoder configuration record of the codec, NAL units with start codes,
                or nothing.
        """
        self._length_bytes: int | None = None
        self._sets: dict[int, dict[int, bytes]] = {}
        """Parameter sets by kind and number."""
        self._configuration: bytes | None = None
        if not extradata:
            return
        self._length_bytes = self._record_length_bytes(extradata)
        if self._length_bytes is not None:
            self._learn(self._units_of_record(extradata))
        elif extradata[:1] == b"\x00":
            self._learn(split_annex_b(extradata))

    @property
    def configuration(self) -> bytes | None:
        """The decoder configuration record; None until all parameter sets are known."""
        return self._configuration

    def convert(self, data: bytes) -> bytes:
        """The access unit with 4-byte lengths and without parameter sets.

        Updates `configuration`. Damaged lengths cut the unit short.
        """
        sample = bytearray()
        for unit in self._split(data):
            kind = self._kind(unit)
            if kind in self._parameter_sets:
                self._learn([unit])
            elif kind not in self._left_out:
                sample += with_length(unit)
        return bytes(sample)

    _parameter_sets: ClassVar[tuple[int, ...]]
    """Kinds of parameter sets, in the order of the record."""
    _left_out: ClassVar[frozenset[int]]
    """Kinds that say nothing inside of MP4."""

    @staticmethod
    @abstractmethod
    def _kind(unit: bytes) -> int:
        """The NAL unit's type."""

    @staticmethod
    @abstractmethod
    def _number(kind: int, unit: bytes) -> int | None:
        """Which parameter set of its kind a unit is; None where it is too short to be one."""

    @staticmethod
    @abstractmethod
    def _record_length_bytes(extradata: bytes) -> int | None:
        """How long the lengths are that a record announces; None: this is no record."""

    @staticmethod
    @abstractmethod
    def _units_of_record(record: bytes) -> Iterator[bytes]:
        """The parameter sets in a record."""

    @abstractmethod
    def _record(self, sets: dict[int, list[bytes]]) -> bytes:
        """The record of these parameter sets, by kind; at least one of each."""

    def _split(self, data: bytes) -> Iterator[bytes]:
        if self._length_bytes is None:
            return split_annex_b(data)
        return split_lengths(data, self._length_bytes)

    def _learn(self, units: Iterable[bytes]) -> None:
        changed = False
        for unit in units:
            kind = self._kind(unit)
            number = self._number(kind, unit) if kind in self._parameter_sets else None
            known = self._sets.setdefault(kind, {})
            if number is not None and known.get(number) != unit:
                known[number] = unit
                changed = True
        if changed and all(self._sets.get(kind) for kind in self._parameter_sets):
            sets = {kind: list(self._sets[kind].values()) for kind in self._parameter_sets}
            self._configuration = self._record(sets)
