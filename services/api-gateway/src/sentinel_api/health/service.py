"""Asks everything that can be away."""

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from sentinel_api.health.schemas import Readiness
from sentinel_api.problems import without_credentials
from sentinel_core.domain.errors import SentinelError
from sentinel_core.ports.repositories import Database
from sentinel_core.runtime.service import Service

ANSWER_WITHIN_S = 5.0


@runtime_checkable
class SchemaChecked(Protocol):
    """A database that knows whether its migrations were run."""

    async def schema_is_current(self) -> bool:
        """False: `sentinel db upgrade` is due."""
        ...


class DatabaseHealth:
    """Whether the database answers, and whether its schema is the one that this code wants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self) -> dict[str, str | None]:
        """By dependency: None where it is fine, else one sentence."""
        try:
            await self._database.ping()
            current = await self._schema_is_current()
        except SentinelError as error:
            return {"database": without_credentials(error.message)}
        return {
            "database": None,
            "schema": None if current else "the schema is old: run `sentinel db upgrade`",
        }

    async def _schema_is_current(self) -> bool:
        if isinstance(self._database, SchemaChecked):
            return await self._database.schema_is_current()
        return True


class HealthReport:
    """Health of this service and of those that run beside it."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = services

    async def readiness(self) -> Readiness:
        """Ask all at once; one that does not answer in time is not well."""
        answers = await asyncio.gather(*(_ask(service) for service in self._services))
        report = dict(zip((service.name for service in self._services), answers, strict=True))
        ready = all(sentence is None for part in answers for sentence in part.values())
        return Readiness(ready=ready, services=report)


async def _ask(service: Service) -> dict[str, str | None]:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return dict(await service.health())
    except TimeoutError:
        return {"health": f"no answer within {ANSWER_WITHIN_S:g} s"}
    except SentinelError as error:
        return {"health": without_credentials(error.message)}
