"""Places of consumers."""

from collections.abc import Mapping

import sqlalchemy as sa

from sentinel_core.adapters.sql.models import ConsumerOffsetRow
from sentinel_core.adapters.sql.statements import Statements
from sentinel_core.ports.event_bus import TopicPartition


class SqlOffsets:
    """`Offsets` in a table."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def load(self, consumer: str) -> Mapping[TopicPartition, int]:
        """Next offset per partition."""
        rows = await self._statements.rows(
            sa.select(ConsumerOffsetRow).where(ConsumerOffsetRow.consumer == consumer)
        )
        return {TopicPartition(row.topic, row.partition): row.next_offset for row in rows}

    async def save(self, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Insert or replace."""
        if not offsets:
            return
        insert = self._statements.insert(ConsumerOffsetRow)
        await self._statements.write(
            insert.on_conflict_do_update(
                index_elements=[
                    ConsumerOffsetRow.consumer,
                    ConsumerOffsetRow.topic,
                    ConsumerOffsetRow.partition,
                ],
                set_={"next_offset": insert.excluded.next_offset},
            ),
            [
                {
                    "consumer": consumer,
                    "topic": position.topic,
                    "partition": position.partition,
                    "next_offset": offset,
                }
                for position, offset in offsets.items()
            ],
        )
