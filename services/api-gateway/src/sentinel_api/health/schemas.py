"""Health on the wire."""

from typing import Literal

from sentinel_api.schemas import Answer


class Alive(Answer):
    """The event loop answers."""

    status: Literal["ok"] = "ok"


class Readiness(Answer):
    """Per service and dependency: null where it is fine, else one sentence."""

    ready: bool
    services: dict[str, dict[str, str | None]]
