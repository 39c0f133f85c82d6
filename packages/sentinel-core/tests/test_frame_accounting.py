"""The accounts' own auditor notices what does not add up."""

import pytest

from sentinel_core.domain.frames import DropReason, FrameCounts, FrameLedger
from sentinel_core.testing.accounting import FrameAccounting

STALE = DropReason.STALE
RIGHT = FrameCounts(captured=10, inferred=7, in_flight=1, dropped={STALE: 2})


def test_a_ledger_is_right_at_every_look() -> None:
    ledger, accounting = FrameLedger(), FrameAccounting(max_in_flight=2)
    seen = 0
    for number in range(20):
        ledger.capture()
        accounting.look({"cam_01": ledger.counts()}, {"cam_01": seen})
        if number % 3:
            seen += 1
            accounting.look({"cam_01": ledger.counts()}, {"cam_01": seen})
            ledger.infer()
        else:
            ledger.drop(STALE)
        accounting.look({"cam_01": ledger.counts()}, {"cam_01": seen})
    assert accounting.looks > 40


@pytest.mark.parametrize(
    "wrong",
    [
        FrameCounts(captured=11, inferred=7, in_flight=1, dropped={STALE: 2}),
        FrameCounts(captured=10, inferred=8, in_flight=-1, dropped={STALE: 3}),
        FrameCounts(captured=13, inferred=7, in_flight=4, dropped={STALE: 2}),
        FrameCounts(captured=9, inferred=7, in_flight=0, dropped={STALE: 2}),
        FrameCounts(captured=10, inferred=6, in_flight=2, dropped={STALE: 2}),
        FrameCounts(captured=10, inferred=9, in_flight=1, dropped={}),
    ],
    ids=["lost", "below zero", "too many on their way", "captured less", "inferred less", "undone"],
)
def test_what_does_not_add_up_is_noticed(wrong: FrameCounts) -> None:
    accounting = FrameAccounting(max_in_flight=3)
    accounting.look({"cam_01": RIGHT})
    with pytest.raises(AssertionError, match="cam_01"):
        accounting.look({"cam_01": wrong})


@pytest.mark.parametrize("seen", [6, 9])
def test_inference_has_to_have_seen_what_is_booked(seen: int) -> None:
    with pytest.raises(AssertionError, match="seen"):
        FrameAccounting(max_in_flight=3).look({"cam_01": RIGHT}, {"cam_01": seen})
