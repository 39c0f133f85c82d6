"""Write docs/openapi.json from the routes. `--check` writes nothing and fails where it is old."""

import json
import sys
from pathlib import Path

from sentinel_api.app import create_app
from sentinel_api.openapi import describe
from sentinel_core.runtime.settings import ApiSettings

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"


def render() -> str:
    """The document as text, the same for each run."""
    document = describe(create_app(ApiSettings()))
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare."""
    text = render()
    if "--check" in sys.argv[1:]:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET} is old: run `python tools/export_openapi.py`")
        return 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    print(f"wrote {TARGET}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
