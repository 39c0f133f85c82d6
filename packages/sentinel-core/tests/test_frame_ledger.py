"""Every frame that was captured is inferred, dropped or in flight, at every moment."""

from functools import partial

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sentinel_core.domain.errors import SentinelError
from sentinel_core.domain.frames import DropReason, FrameCounts, FrameLedger


class LedgerMachine(RuleBasedStateMachine):
    """Any order of captures, inferences and drops, beside the plainest possible model."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = FrameLedger()
        self.captured = 0
        self.fates: list[DropReason | None] = []

    @rule()
    def capture(self) -> None:
        self.ledger.capture()
        self.captured += 1

    @precondition(lambda self: self.captured > len(self.fates))
    @rule()
    def infer(self) -> None:
        self.ledger.infer()
        self.fates.append(None)

    @precondition(lambda self: self.captured > len(self.fates))
    @rule(reason=st.sampled_from(DropReason))
    def drop(self, reason: DropReason) -> None:
        self.ledger.drop(reason)
        self.fates.append(reason)

    @precondition(lambda self: self.captured == len(self.fates))
    @rule(reason=st.sampled_from([None, *DropReason]))
    def leave_without_entering(self, reason: DropReason | None) -> None:
        before = self.ledger.counts()
        leave = self.ledger.infer if reason is None else partial(self.ledger.drop, reason)
        with pytest.raises(SentinelError):
            leave()
        assert self.ledger.counts() == before

    @invariant()
    def counts_are_those_of_the_model(self) -> None:
        counts = self.ledger.counts()
        assert counts.is_balanced
        assert counts == FrameCounts(
            captured=self.captured,
            inferred=self.fates.count(None),
            in_flight=self.captured - len(self.fates),
            dropped={
                reason: self.fates.count(reason) for reason in DropReason if reason in self.fates
            },
        )


TestFrameLedger = LedgerMachine.TestCase


def test_counts_are_a_snapshot() -> None:
    ledger = FrameLedger()
    ledger.capture()
    before = ledger.counts()
    ledger.drop(DropReason.STALE)
    assert (before.in_flight, dict(before.dropped)) == (1, {})


@pytest.mark.parametrize(
    "counts",
    [
        FrameCounts(captured=3, inferred=1, in_flight=1, dropped={}),
        FrameCounts(captured=1, inferred=1, in_flight=0, dropped={DropReason.STALE: 1}),
    ],
)
def test_broken_accounts_show(counts: FrameCounts) -> None:
    assert not counts.is_balanced
