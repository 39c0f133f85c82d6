"""Serves the exported dashboard: its pages with a policy each, its hashed files for ever."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Match, Mount
from starlette.types import Receive, Scope, Send

from sentinel_api.access import Requirement
from sentinel_api.dashboard.policy import inline_script_hashes, page_policy

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
HASHED_FILES = "_next/static/"

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Smart City Sentinel</title>
<h1>The dashboard is not built</h1>
<p>The API answers; its pages are missing. Build them with:</p>
<pre>make dashboard</pre>
<p>and load this page again.</p>
</html>
"""


class Dashboard:
    """ASGI application. `/cameras` is `cameras.html` or `cameras/index.html`, as exported."""

    requirement: ClassVar[Requirement] = Requirement(None)
    """Pages hold no data: everybody may load them, and then has to sign in."""

    def __init__(self, folder: Path | None, media_origins: Sequence[str] = ()) -> None:
        self._media_origins = media_origins
        self._folder = folder.resolve() if folder else None
        self._hashes: dict[Path, tuple[tuple[int, int], tuple[str, ...]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a page or a file."""
        if scope["type"] != "http":
            raise HTTPException(404, "no such WebSocket")
        request = Request(scope, receive)
        path = _path_in(scope)
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(405, "pages are only read", headers={"Allow": "GET, HEAD"})
        response = self._respond(request, path)
        await response(scope, receive, send)

    def _respond(self, request: Request, path: str) -> Response:
        if self._folder is None:
            return HTMLResponse(NOT_BUILT, 503, headers={"Cache-Control": "no-store"})
        found = _find(self._folder, path)
        if found is not None:
            return self._file(request, path, found, 200)
        missing = _find(self._folder, "404.html")
        if missing is None:
            raise HTTPException(404, "no such page")
        return self._file(request, path, missing, 404)

    def _file(self, request: Request, path: str, file: Path, status: int) -> Response:
        stat = file.stat()
        is_hashed = path.startswith(HASHED_FILES) and status == 200
        headers = {"Cache-Control": IMMUTABLE if is_hashed else REVALIDATE}
        if file.suffix == ".html":
            host = request.headers.get("host", "")
            hashes = self._script_hashes(file, stat)
            headers["Content-Security-Policy"] = page_policy(hashes, host, self._media_origins)
        response = FileResponse(file, status, headers=headers, stat_result=stat)
        if status == 200 and _is_known(request.headers, response.headers["etag"]):
            kept = {k: v for k, v in response.headers.items() if k != "content-length"}
            return Response(status_code=304, headers=kept)
        return response

    def _script_hashes(self, file: Path, stat: os.stat_result) -> tuple[str, ...]:
        version = (stat.st_mtime_ns, stat.st_size)
        known = self._hashes.get(file)
        if known is None or known[0] != version:
            known = (version, inline_script_hashes(file.read_text(encoding="utf-8")))
            self._hashes[file] = known
        return known[1]


class DashboardMount(Mount):
    """All paths outside `/api`, so that a wrong method there is told from a wrong path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match below `/api`."""
        first = str(scope.get("path", "")).lstrip("/").partition("/")[0]
        return (Match.NONE, {}) if first == "api" else super().matches(scope)


def _path_in(scope: Scope) -> str:
    root = scope.get("root_path", "")
    return str(scope["path"]).removeprefix(root).strip("/")


def _find(folder: Path, path: str) -> Path | None:
    """The file that a path means, never one outside the folder."""
    for candidate in (path, f"{path}.html", f"{path}/index.html"):
        try:
            file = (folder / candidate.lstrip("/")).resolve()
            if file.is_relative_to(folder) and file.is_file():
                return file
        except (OSError, ValueError):
            return None  # too long, or with a NUL: no file has such a name
    return None


def _is_known(headers: Headers, etag: str) -> bool:
    known = headers.get("if-none-match", "")
    return etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]
