"""Which states of a source may follow each other, and what reasons go with them."""

from collections.abc import Mapping

from sentinel_core.domain.cameras import SourceReason, SourceState

TRANSITIONS: Mapping[SourceState | None, frozenset[SourceState]] = {
    # A camera that nothing is known of yet is either tried or not.
    None: frozenset({SourceState.CONNECTING, SourceState.OFFLINE}),
    # While it is tried again it stays offline, with the reason, until something comes.
    SourceState.OFFLINE: frozenset({SourceState.OFFLINE, SourceState.CONNECTING}),
    SourceState.CONNECTING: frozenset(SourceState),
    # Connecting again: its configuration was changed.
    SourceState.ONLINE: frozenset(SourceState),
}

CONDITIONS = frozenset({SourceReason.SLOW_CLOCK, SourceReason.CORRUPT})
"""What may be wrong with a source while its pictures come."""

REASONS: Mapping[SourceState, frozenset[SourceReason | None]] = {
    SourceState.OFFLINE: frozenset(SourceReason) - {SourceReason.STARTING, SourceReason.SLOW_CLOCK},
    SourceState.CONNECTING: frozenset({SourceReason.STARTING, None}),
    SourceState.ONLINE: CONDITIONS | {None},
}


class IllegalTransition(Exception):
    """A mistake in this program: the state does not follow from the one before."""


def check_transition(
    before: SourceState | None, after: SourceState, reason: SourceReason | None
) -> None:
    """Raises IllegalTransition where `after`, with this reason, must not follow `before`."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(f"{after} after {before}")
    if reason not in REASONS[after]:
        raise IllegalTransition(f"{after} because of {reason}")
