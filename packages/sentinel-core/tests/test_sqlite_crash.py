"""`kill -9` in the middle of writing: what was committed is there, the rest is not."""

import asyncio
import sqlite3
import sys
from pathlib import Path

import pytest

from sentinel_core.adapters.fernet_secrets import FernetSecrets, generate_key
from sentinel_core.adapters.sql import open_database, upgrade_database
from sentinel_core.testing.clock import ManualClock
from sentinel_core.testing.contracts.cameras import stored_camera

WRITER = Path(__file__).with_name("crash_writer.py")
ROWS_PER_TRANSACTION = 10 * 20


@pytest.fixture
def key() -> str:
    return generate_key()


async def write_until_killed(url: str, key: str, *, transactions: int) -> int:
    """Kill a writer as soon as it says that so many are committed; the last that it said."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, str(WRITER), url, key, stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    said = [int(await writer.stdout.readline()) for _ in range(transactions)]
    writer.kill()
    rest = await writer.stdout.read()
    await writer.wait()
    # What it said after the last line we read, and before the kill came, counts too.
    said += [int(line) for line in rest.split(b"\n")[:-1]]
    return said[-1]


def count(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  (a table of ours)
    connection.close()
    assert isinstance(number, int)
    return number


async def test_committed_rows_survive_kill(tmp_path: Path, key: str, clock: ManualClock) -> None:
    path = tmp_path / "sentinel.db"
    url = f"sqlite+aiosqlite:///{path}"
    await upgrade_database(url)
    database = open_database(url, clock=clock, secrets=FernetSecrets(key))
    await stored_camera(database)
    await database.close()

    for round_number in range(2):
        last = await write_until_killed(url, key, transactions=5 + round_number)
        done = count(path, "incidents")
        # The one after the last it told us of may be committed too, but not by half.
        assert done in (last + 1, last + 2)
        assert count(path, "incident_transitions") == done
        assert count(path, "detections") == done * ROWS_PER_TRANSACTION
        assert count(path, "detection_events") == done * 10

    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("SELECT next_offset FROM consumer_offsets").fetchall() == [
        (count(path, "incidents"),)
    ]
    connection.close()


MIGRATE_FOR_EVER = """
import asyncio, itertools, sys
from sentinel_core.adapters.sql import upgrade_database
for number in itertools.count():
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
    asyncio.run(upgrade_database(f"sqlite+aiosqlite:///{sys.argv[1]}/{number}.db"))
"""


async def test_killed_migration_can_be_run_again(tmp_path: Path) -> None:
    """All tables or none, wherever the kill comes."""
    migrations = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MIGRATE_FOR_EVER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert migrations.stdout is not None
    for _ in range(4):
        await migrations.stdout.readline()
    migrations.kill()
    await migrations.wait()
    for number in range(5):
        await upgrade_database(f"sqlite+aiosqlite:///{tmp_path}/{number}.db")
        assert count(tmp_path / f"{number}.db", "cameras") == 0
