"""The queries of every page view are answered by an index, however many incidents there are."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from sentinel_core.adapters.sql.incident_queries import (
    select_first_sights,
    select_incidents,
    select_transitions,
)
from sentinel_core.domain.incidents import Handling
from sentinel_core.ports.repositories import EventFilter
from sentinel_core.testing.builders import NOON, ZONE_ID, at, make_incident_event

INCIDENTS = [
    (EventFilter(), "ix_incidents_alarm_at_id"),
    (EventFilter(before=(NOON, ZONE_ID)), "ix_incidents_alarm_at_id"),
    (EventFilter(start=NOON, end=at(60)), "ix_incidents_alarm_at_id"),
    (EventFilter(camera_key="cam_01"), "ix_incidents_camera_key_alarm_at_id"),
    (
        EventFilter(camera_key="cam_01", start=NOON, before=(at(60), ZONE_ID)),
        "ix_incidents_camera_key_alarm_at_id",
    ),
    (EventFilter(duplicates=False), "ix_incidents_alarm_at_id"),
    (EventFilter(camera_key="cam_01", duplicates=False), "ix_incidents_camera_key_alarm_at_id"),
    (EventFilter(active_only=True), "ix_incidents_active_alarm_at_id"),
    (EventFilter(handlings=frozenset({Handling.NEW})), "ix_incidents_handling_alarm_at_id"),
]
TRANSITIONS = [
    (EventFilter(), "ix_incident_transitions_timestamp_event_id"),
    (EventFilter(before=(NOON, ZONE_ID)), "ix_incident_transitions_timestamp_event_id"),
    (EventFilter(camera_key="cam_01"), "ix_incident_transitions_camera_key_timestamp_event_id"),
    (EventFilter(incident_id=ZONE_ID), "ix_incident_transitions_incident_id_timestamp"),
]


@pytest.fixture
def connection(migrated_file: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(migrated_file)
    yield opened
    opened.close()


def plan(connection: sqlite3.Connection, query: sa.Select[*tuple[object, ...]]) -> list[str]:
    """What SQLite is going to do, step by step."""
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {compiled}")]


@pytest.mark.parametrize(("wanted", "index"), INCIDENTS)
def test_incidents_need_one_index_and_no_sort(
    connection: sqlite3.Connection, wanted: EventFilter, index: str
) -> None:
    (step,) = plan(connection, select_incidents(wanted, ()))
    assert f"USING INDEX {index}" in step


def test_events_that_go_on_need_their_index_and_one_look_at_each_first(
    connection: sqlite3.Connection,
) -> None:
    wanted = EventFilter(active_only=True, duplicates=False)
    steps = plan(connection, select_incidents(wanted, ()))
    assert "USING INDEX ix_incidents_active_alarm_at_id" in steps[0]
    assert [step for step in steps if "B-TREE" in step or step.startswith("SCAN")] == steps[:1]
    assert steps[-1].startswith("SEARCH incidents_1 USING")


def test_a_first_sight_is_found_by_place_and_time(connection: sqlite3.Connection) -> None:
    steps = plan(connection, select_first_sights(make_incident_event(place="bridge"), at(60)))
    assert "USING INDEX ix_incidents_place_type_started_at" in steps[0]


@pytest.mark.parametrize(("wanted", "index"), TRANSITIONS)
def test_transitions_need_one_index(
    connection: sqlite3.Connection, wanted: EventFilter, index: str
) -> None:
    assert f"USING INDEX {index}" in plan(connection, select_transitions(wanted, ()))[0]
