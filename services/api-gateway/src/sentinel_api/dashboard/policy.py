"""Where the built dashboard is, and the content security policy of its pages."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

from sentinel_api.middleware.origin_guard import host_name


def find_dashboard(configured: Path | None) -> Path | None:
    """The folder of the export; None where it is not built.

    Without a setting it is looked for in the repository that this code lies in.
    """
    if configured is not None:
        folder = configured.expanduser()
        return folder if (folder / "index.html").is_file() else None
    for parent in Path(__file__).resolve().parents:
        folder = parent / "services" / "web-dashboard" / "out"
        if (folder / "index.html").is_file():
            return folder
    return None


def inline_script_hashes(html: str) -> tuple[str, ...]:
    """CSP sources of the inline scripts of a page, in the order of the page."""
    collector = _InlineScripts()
    collector.feed(html)
    collector.close()
    return tuple(dict.fromkeys(_source_of(script) for script in collector.scripts))


def page_policy(script_hashes: Sequence[str], host: str, media_origins: Sequence[str] = ()) -> str:
    """The policy of a page.

    Styles are inline because components set them while they run; scripts are not, but for those
    that the export itself wrote into the page. `blob:` workers and pictures are made by the page
    from what it fetched with its token. The WebSocket sources repeat the host, for browsers in
    which 'self' does not cover `ws:`. Of other servers, the media server alone may be spoken to.
    """
    media = "".join(f" {origin}" for origin in media_origins)
    sockets = f" ws://{host} wss://{host}" if host_name(host) else ""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' data: blob:",
            f"media-src 'self' blob:{media}",
            f"connect-src 'self'{sockets}{media}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _source_of(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


class _InlineScripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self._parts: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "src" not in dict(attrs):
            self._parts = []

    def handle_data(self, data: str) -> None:
        if self._parts is not None:
            self._parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._parts is not None:
            self.scripts.append("".join(self._parts))
            self._parts = None
