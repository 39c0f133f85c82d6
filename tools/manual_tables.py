"""Write the tables of the manuals from the code, or check that they are what the code says.

A table stands in a document between `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sentinel_core.runtime.settings import Settings
from sentinel_vision.rules.catalogue import RuleDescription, describe_rules

DOCS = Path(__file__).parents[1] / "docs"


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if out of date")
    check_only = parser.parse_args().check
    stale = False
    for name, (document, render) in TABLES.items():
        text = document.read_text(encoding="utf-8")
        wanted = replace_table(text, name, render())
        stale = stale or text != wanted
        if not check_only:
            document.write_text(wanted, encoding="utf-8")
    return int(check_only and stale)


def replace_table(text: str, name: str, table: str) -> str:
    """Raises ValueError where the document has no place for the table."""
    place = re.compile(rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    replaced, count = place.subn(lambda found: f"{found[1]}\n{table}\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"{count} places for the table {name}")
    return replaced


def settings_table() -> str:
    """One row per setting: where it is in the file, its variable, default and meaning."""
    rows = ["| `sentinel.toml` | environment | default | meaning |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{'.'.join(path)}` | `{variable(path)}` | {default(field)} | {field.description or ''} |"
        for path, field in settings(Settings)
    ]
    return "\n".join(rows) + "\n"


def rules_tables() -> str:
    """Per rule a heading, what it is, and a row per parameter."""
    parts: list[str] = []
    for rule in describe_rules():
        kinds = ", ".join(f"`{kind}`" for kind in rule.zone_types)
        place = f"in zones of type {kinds}" if kinds else "for the whole picture"
        parts.append(
            f"### `{rule.name}`\n\n{rule.summary} Version {rule.version}; {place}.{needs(rule)}\n"
        )
        rows = [
            "| parameter | default | bounds | unit | meaning |",
            "| --- | --- | --- | --- | --- |",
        ]
        rows += [
            f"| `{p.name}` | {str(p.default).lower()} | {bounds(p.minimum, p.maximum)} | {p.unit} | {p.description} |"
            for p in rule.parameters
        ]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def needs(rule: RuleDescription) -> str:
    """What the rule is silent without."""
    wanted = [
        *(["a calibration"] if rule.needs_calibration else []),
        *(["pixels, so that no back-test can tell"] if rule.needs_pixels else []),
    ]
    return f" Needs {' and '.join(wanted)}." if wanted else ""


def bounds(minimum: float | None, maximum: float | None) -> str:
    """Both ends; a switch has none."""
    return "" if minimum is None else f"{minimum:g} to {maximum:g}"


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


TABLES: Mapping[str, tuple[Path, Callable[[], str]]] = {
    "settings": (DOCS / "operations.md", settings_table),
    "rules": (DOCS / "rules.md", rules_tables),
}

if __name__ == "__main__":
    sys.exit(main())
