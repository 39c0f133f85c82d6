"""Write the settings table of `docs/operations.md` from the settings, or check that it matches."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sentinel_core.runtime.settings import Settings

DOCUMENT = Path(__file__).parents[1] / "docs/operations.md"
BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->"


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if out of date")
    check_only = parser.parse_args().check
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = before + BEGIN + "\n" + table() + "\n" + END + after
    if check_only:
        return 0 if text == wanted else 1
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


def table() -> str:
    """One row per setting: where it is in the file, its variable, default and meaning."""
    rows = ["| `sentinel.toml` | environment | default | meaning |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{'.'.join(path)}` | `{variable(path)}` | {default(field)} | {field.description or ''} |"
        for path, field in settings(Settings)
    ]
    return "\n".join(rows) + "\n"


def settings(
    model: type[BaseModel], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """All settings of a model and of the models in it."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, BaseModel):
            yield from settings(kind, (*path, name))
        else:
            yield (*path, name), field


def variable(path: tuple[str, ...]) -> str:
    """Name of the environment variable."""
    return "SENTINEL_" + "__".join(path).upper()


def default(field: FieldInfo) -> str:
    """The default as a person writes it."""
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"


if __name__ == "__main__":
    sys.exit(main())
