"""Write docs/security.md from the routes. `--check` writes nothing and fails where it is old."""

import sys
from pathlib import Path

from sentinel_api.access_table import render_access_table
from sentinel_api.app import create_app
from sentinel_core.runtime.settings import ApiSettings

TARGET = Path(__file__).parents[1] / "docs" / "security.md"


def main() -> int:
    """Write or compare."""
    text = render_access_table(create_app(ApiSettings()).routes)
    if "--check" in sys.argv[1:]:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET} is old: run `python tools/export_security_table.py`")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"wrote {TARGET}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
