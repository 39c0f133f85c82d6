"""MediaMTX through its control API (version 3)."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx2

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.media_tokens import MediaAction, MediaPermission, MediaTokens
from sentinel_core.ports.restreamer import MediaPath
from sentinel_core.runtime.settings import MediaServerSettings

_TIMEOUT_S = 5.0
_TOKEN_S = 300
_RENEW_BEFORE_S = 60
_ITEMS_PER_PAGE = 100
_NOT_FOUND = 404

_PATH_SETTINGS: Mapping[str, object] = {
    "source": "publisher",
    # The camera's times of capture, from our sender reports, instead of times of arrival.
    "useAbsoluteTimestamp": True,
    # The instance that took a camera over publishes in place of the one that lost it.
    "overridePublisher": True,
    "record": False,
}
_MARK_FIELD = "recordPath"
_MARK = "./sentinel/%path/%Y-%m-%d_%H-%M-%S-%f"
"""Nothing is recorded there: it tells our paths from those of others."""


class MediaMtxRestreamer:
    """`Restreamer`. Every request carries a short-lived token; nothing is configured twice."""

    def __init__(self, api_url: str, tokens: MediaTokens, clock: Clock) -> None:
        self._client = httpx2.AsyncClient(base_url=api_url, timeout=_TIMEOUT_S, trust_env=False)
        self._tokens = tokens
        self._clock = clock
        self._token = ""
        self._renew_at_s = 0.0

    async def paths(self) -> Sequence[MediaPath]:
        """Configured paths with our mark."""
        found: list[MediaPath] = []
        page, pages = 0, 1
        while page < pages:
            parameters = {"page": page, "itemsPerPage": _ITEMS_PER_PAGE}
            answer = await self._ask("GET", "list", params=parameters)
            pages, page = int(answer.get("pageCount", 1)), page + 1
            found += [
                MediaPath(str(item["name"]), _is_current(item))
                for item in answer.get("items", ())
                if item.get(_MARK_FIELD) == _MARK
            ]
        return found

    async def open_path(self, name: str) -> None:
        """Add the path, or bring it up to date."""
        await self._ask("POST", f"replace/{name}", json={**_PATH_SETTINGS, _MARK_FIELD: _MARK})

    async def close_path(self, name: str) -> None:
        """Delete the path."""
        await self._ask("DELETE", f"delete/{name}", missing_is_fine=True)

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()

    async def _ask(
        self, method: str, tail: str, *, missing_is_fine: bool = False, **arguments: Any
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._current_token()}"}
        try:
            answer = await self._client.request(
                method, f"/v3/config/paths/{tail}", headers=headers, **arguments
            )
            if answer.status_code == _NOT_FOUND and missing_is_fine:
                return {}
            if answer.is_error:
                raise DependencyUnavailable(
                    f"MediaMTX answers {answer.status_code} {_reason(answer)}".strip() + "."
                )
            return dict(answer.json())
        except (httpx2.HTTPError, ValueError, TypeError) as error:
            raise DependencyUnavailable("MediaMTX cannot be reached.") from error

    def _current_token(self) -> str:
        now_s = self._clock.monotonic()
        if now_s >= self._renew_at_s:
            permission = MediaPermission(MediaAction.CONFIGURE)
            self._token = self._tokens.issue("camera-service", permission, _TOKEN_S)
            self._renew_at_s = now_s + _TOKEN_S - _RENEW_BEFORE_S
        return self._token


def open_restreamer(
    settings: MediaServerSettings, tokens: MediaTokens, clock: Clock, closing: AsyncExitStack
) -> MediaMtxRestreamer | None:
    """The media server of the settings, closed with `closing`; None where there is none."""
    if settings.api_url is None:
        return None
    restreamer = MediaMtxRestreamer(settings.api_url, tokens, clock)
    closing.push_async_callback(restreamer.close)
    return restreamer


def _is_current(item: Mapping[str, object]) -> bool:
    return all(item.get(name) == value for name, value in _PATH_SETTINGS.items())


def _reason(answer: httpx2.Response) -> str:
    try:
        return str(answer.json().get("error", ""))
    except (ValueError, AttributeError):
        return ""
