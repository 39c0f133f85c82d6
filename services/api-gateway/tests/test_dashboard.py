"""The exported dashboard and the policy of its pages."""

import base64
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest

from sentinel_api.testing import World

MakeWorld = Callable[..., Awaitable[World]]
SCRIPT = 'self.__next_f.push([1,"a & b < c"])\n'
PAGE = f"""<!DOCTYPE html><html><head><script src="/_next/static/app.js" async=""></script>
<script>{SCRIPT}</script><script type="application/json">{{}}</script></head><body>%s</body></html>
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """What `next build` leaves, in small."""
    folder = tmp_path / "out"
    (folder / "_next/static").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE % "wall")
    (folder / "cameras.html").write_text(PAGE % "cameras")
    (folder / "map").mkdir()
    (folder / "map/index.html").write_text(PAGE % "map")
    (folder / "404.html").write_text(PAGE % "missing")
    (folder / "_next/static/app.js").write_text("1")
    (folder / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret.html").write_text("secret")
    (folder / "link.html").symlink_to(tmp_path / "secret.html")
    return folder


@pytest.fixture
async def pages(make_world: MakeWorld, export: Path) -> httpx2.AsyncClient:
    return (await make_world(dashboard_dir=export)).client()


def policy_of(answer: httpx2.Response) -> dict[str, list[str]]:
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: sources for name, *sources in (part.split(" ") for part in parts)}


@pytest.mark.parametrize(
    ("path", "text"),
    [("/", "wall"), ("/index.html", "wall"), ("/cameras", "cameras"), ("/map", "map")],
)
async def test_pages_are_found_as_exported(pages: httpx2.AsyncClient, path: str, text: str) -> None:
    answer = await pages.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<body>{text}</body>" in answer.text


async def test_policy_names_each_inline_script_and_no_other(pages: httpx2.AsyncClient) -> None:
    policy = policy_of(await pages.get("/"))
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    empty = base64.b64encode(hashlib.sha256(b"{}").digest()).decode()
    assert policy["script-src"] == ["'self'", f"'sha256-{digest}'", f"'sha256-{empty}'"]
    assert policy["default-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'", "ws://127.0.0.1", "wss://127.0.0.1"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["img-src"] == ["'self'", "data:", "blob:"]


async def test_policy_follows_a_rebuilt_page(pages: httpx2.AsyncClient, export: Path) -> None:
    before = policy_of(await pages.get("/"))
    (export / "index.html").write_text(PAGE.replace("self.__next_f", "other") % "wall")
    assert policy_of(await pages.get("/"))["script-src"] != before["script-src"]


async def test_hashed_files_are_kept_for_ever_and_pages_are_not(
    pages: httpx2.AsyncClient,
) -> None:
    script = await pages.get("/_next/static/app.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    page = await pages.get("/")
    assert page.headers["cache-control"] == "no-cache"
    again = await pages.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/../secret.html",
        "/..%2fsecret.html",
        "/%2e%2e/secret",
        "/link.html",
        "/%00",
        "/" + "x" * 5000,
        "/_next/static/gone.js",
        "/_next/static",
    ],
)
async def test_other_paths_are_the_page_of_the_missing(
    pages: httpx2.AsyncClient, path: str
) -> None:
    answer = await pages.get(path)
    assert answer.status_code == 404
    assert "<body>missing</body>" in answer.text
    assert "secret" not in answer.text
    assert "immutable" not in answer.headers["cache-control"]


async def test_head_has_no_body_and_post_is_refused(pages: httpx2.AsyncClient) -> None:
    head = await pages.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert (await pages.post("/cameras")).status_code == 405


async def test_parts_of_a_file_are_served(pages: httpx2.AsyncClient) -> None:
    answer = await pages.get("/icon.svg", headers={"Range": "bytes=1-3"})
    assert (answer.status_code, answer.text) == (206, "svg")


async def test_odd_host_is_not_written_into_the_policy(make_world: MakeWorld, export: Path) -> None:
    world = await make_world(auth=True, dashboard_dir=export)
    odd = {"Host": "x; script-src *"}
    policy = policy_of(await world.client().get("/", headers=odd))
    assert policy["connect-src"] == ["'self'"]
    assert "*" not in policy["script-src"]


async def test_dashboard_that_is_not_built_says_how(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/")
    assert answer.status_code == 503
    assert "make dashboard" in answer.text
    assert answer.headers["cache-control"] == "no-store"
