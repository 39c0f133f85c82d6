"""What people may do with an incident, and where it leads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_core.domain.errors import Conflict
from sentinel_core.domain.incidents import (
    OPEN_HANDLINGS,
    TYPE_PRIORITIES,
    Handling,
    HandlingAction,
    IncidentType,
    allowed_actions,
    next_handling,
)

CLOSED_HANDLINGS = frozenset(Handling) - OPEN_HANDLINGS
LEADS_TO = {
    HandlingAction.ACK: Handling.ACKNOWLEDGED,
    HandlingAction.TAKE: Handling.IN_PROGRESS,
    HandlingAction.RESOLVE: Handling.RESOLVED,
    HandlingAction.FALSE_ALARM: Handling.FALSE_ALARM,
    HandlingAction.REOPEN: Handling.NEW,
}


@pytest.mark.parametrize(
    ("handling", "actions"),
    [
        (Handling.NEW, ["ack", "take", "resolve", "false-alarm"]),
        (Handling.ACKNOWLEDGED, ["take", "resolve", "false-alarm"]),
        (Handling.IN_PROGRESS, ["resolve", "false-alarm"]),
        (Handling.RESOLVED, ["reopen"]),
        (Handling.FALSE_ALARM, ["reopen"]),
    ],
)
def test_what_can_be_done(handling: Handling, actions: list[str]) -> None:
    assert list(allowed_actions(handling)) == actions


@given(handling=st.sampled_from(Handling), action=st.sampled_from(HandlingAction))
def test_allowed_is_what_does_not_clash(handling: Handling, action: HandlingAction) -> None:
    if action in allowed_actions(handling):
        assert next_handling(handling, action) is LEADS_TO[action]
    else:
        with pytest.raises(Conflict, match=action):
            next_handling(handling, action)


@given(tries=st.lists(st.sampled_from(HandlingAction), max_size=30))
def test_any_history_stays_open_until_closed_and_closed_until_reopened(
    tries: list[HandlingAction],
) -> None:
    handling = Handling.NEW
    for action in tries:
        before = handling
        if action in allowed_actions(handling):
            handling = next_handling(handling, action)
            assert handling is not before
        if before in CLOSED_HANDLINGS and handling in OPEN_HANDLINGS:
            assert action is HandlingAction.REOPEN
        if before in OPEN_HANDLINGS and handling in CLOSED_HANDLINGS:
            assert action in (HandlingAction.RESOLVE, HandlingAction.FALSE_ALARM)


@given(handling=st.sampled_from(Handling))
def test_nobody_is_ever_stuck(handling: Handling) -> None:
    assert allowed_actions(handling)


def test_every_type_has_a_priority() -> None:
    assert set(TYPE_PRIORITIES) == set(IncidentType)
