"""The command line speaks to the API: of the running system, or of one made for the command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from sentinel_allinone.bootstrap import embedded_system
from sentinel_allinone.data_directory import DataDirectory
from sentinel_core.domain.errors import DependencyUnavailable, InvalidInput, NotFound, SentinelError
from sentinel_core.runtime.settings import Settings

TIMEOUT_S = 30.0


class ApiClient:
    """Calls the API and turns problem documents back into errors."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON answer, None where it is empty.

        Raises:
            SentinelError: What the problem document says.
        """
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx2.TransportError as error:
            raise DependencyUnavailable(f"the running sentinel does not answer: {error}") from error
        if answer.is_success:
            return answer.json() if answer.content else None
        raise _error_of(answer)

    async def download(self, path: str, to: Path) -> int:
        """Write an answer to a file, which appears when it is whole; gives its size.

        Raises:
            SentinelError: What the problem document says.
            InvalidInput: The file cannot be written.
        """
        part = to.with_name(f"{to.name}.part")
        try:
            async with self._http.stream("GET", path) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise _error_of(answer)
                with part.open("wb") as file:
                    async for piece in answer.aiter_bytes():
                        file.write(piece)
            size_bytes = part.stat().st_size
            part.replace(to)
        except httpx2.TransportError as error:
            raise DependencyUnavailable(f"the running sentinel does not answer: {error}") from error
        except OSError as error:
            raise InvalidInput(f"{to} cannot be written: {error.strerror}", field="out") from error
        finally:
            part.unlink(missing_ok=True)
        return size_bytes


@asynccontextmanager
async def api_client(settings: Settings) -> AsyncIterator[ApiClient]:
    """A client with administrator's rights on the data directory of `settings`.

    Beside a running system it uses that system's token file; else it builds the API on the
    database itself, in this process and without a socket.
    """
    running = DataDirectory(settings.data_path).running_system()
    if running is not None:
        headers = {"Authorization": f"Bearer {running.token}"}
        async with httpx2.AsyncClient(
            base_url=running.url, headers=headers, timeout=TIMEOUT_S
        ) as http:
            yield ApiClient(http)
        return
    local = settings.model_copy(update={"api": settings.api.model_copy(update={"auth": False})})
    async with embedded_system(local) as system:
        transport = httpx2.ASGITransport(app=system.api.app)
        async with httpx2.AsyncClient(
            base_url="http://127.0.0.1", transport=transport, timeout=TIMEOUT_S
        ) as http:
            yield ApiClient(http)


def call_api(settings: Settings, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """One call, for commands that need no more."""

    async def call() -> Any:
        async with api_client(settings) as client:
            return await client.call(method, path, body)

    return asyncio.run(call())


def download(settings: Settings, path: str, to: Path) -> int:
    """One answer into a file; see `ApiClient.download`."""

    async def run() -> int:
        async with api_client(settings) as client:
            return await client.download(path, to)

    return asyncio.run(run())


def _error_of(answer: httpx2.Response) -> SentinelError:
    try:
        problem = answer.json()
        message = problem.get("detail") or problem["title"]
    except (ValueError, KeyError):
        return SentinelError(f"the API answered {answer.status_code}")
    for entry in problem.get("errors", []):
        message += f"; {entry.get('field')}: {entry.get('reason')}"
    kinds: dict[str, type[SentinelError]] = {
        NotFound.code: NotFound,
        InvalidInput.code: InvalidInput,
    }
    return kinds.get(problem.get("code"), SentinelError)(message)
