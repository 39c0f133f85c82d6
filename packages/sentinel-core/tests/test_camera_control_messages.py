"""Whatever camera control says arrives: a field that is added to a value must travel too."""

from dataclasses import fields
from datetime import UTC, datetime
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_core.adapters.grpc.camera_control_messages import (
    decode_clip,
    decode_probe,
    decode_status,
    encode_clip,
    encode_probe,
    encode_status,
)
from sentinel_core.domain.cameras import CameraHealth, CameraState, SourceState
from sentinel_core.domain.frames import DropReason, FrameCounts
from sentinel_core.ports.camera_control import ClipCut, ProbeReport

COUNTS = st.integers(0, 2**31 - 1)
PLAIN: dict[object, st.SearchStrategy[Any]] = {
    int: COUNTS,
    float: st.floats(allow_nan=False),
    datetime: st.integers(0, 2**52).map(lambda us: datetime.fromtimestamp(us / 1e6, UTC)),
    str: st.text(st.characters(codec="utf-8")),
    NoneType: st.none(),
}


def strategy(hint: object) -> st.SearchStrategy[Any]:
    """Values of a type, as large as messages can carry them."""
    if hint in PLAIN:
        return PLAIN[hint]
    if hint == tuple[str, ...]:
        return st.lists(PLAIN[str]).map(tuple)
    if hint is CameraHealth:
        return values(CameraHealth)
    if NoneType in get_args(hint):
        return st.one_of(*map(strategy, get_args(hint)))
    return st.from_type(hint)  # type: ignore[arg-type]  # enums, bool, bytes


def values(kind: type) -> st.SearchStrategy[Any]:
    """All fields are set, those with defaults too."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: strategy(hints[field.name]) for field in fields(kind)})


@given(values(ProbeReport))
def test_a_probe_arrives(report: ProbeReport) -> None:
    assert decode_probe(encode_probe(report)) == report


@given(values(ClipCut))
def test_a_clip_arrives(cut: ClipCut) -> None:
    assert decode_clip(encode_clip(cut), cut.mp4) == cut


@given(
    values(CameraState),
    st.builds(
        FrameCounts, COUNTS, COUNTS, COUNTS, st.dictionaries(st.sampled_from(DropReason), COUNTS)
    ),
)
def test_a_state_arrives(state: CameraState, counts: FrameCounts) -> None:
    assert decode_status(encode_status(state, counts)) == (state, counts)


def test_a_word_of_a_newer_service_is_told() -> None:
    message = encode_status(
        CameraState(
            camera_key="cam_01",
            state=SourceState.ONLINE,
            reason=None,
            epoch=None,
            since=datetime(2026, 1, 10, tzinfo=UTC),
        ),
        None,
    )
    message.state = "dreaming"
    with pytest.raises(ValueError, match="dreaming"):
        decode_status(message)
