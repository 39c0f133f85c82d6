"""Write the tables of docs/accuracy.md from what `sentinel score` found.

    make score && make accuracy

Takes one or more JSON files; a suite that is in none of them keeps the tables that it has. A table
stands between `<!-- TITLE: begin -->` and `<!-- TITLE: end -->`, the targets of a row such as Q1
between `<!-- Q1: begin -->` and `<!-- Q1: end -->`, the failures at `failures`.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sentinel_sim.suites.targets import Target, format_cell

DOCUMENT = Path(__file__).parents[1] / "docs" / "accuracy.md"


def main(paths: Sequence[str]) -> int:
    """Return the exit status."""
    if not paths:
        print(__doc__)
        return 2
    text = DOCUMENT.read_text(encoding="utf-8")
    targets: dict[str, list[str]] = {}
    notes: list[str] = []
    for path in paths:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
        for table in found["tables"]:
            text = replaced(text, table["title"], markdown(table["rows"]))
        for entry in found["targets"]:
            line = Target(**{k: v for k, v in entry.items() if k != "met"}).line()
            targets.setdefault(entry["id"], []).append(line)
        notes += found["notes"]
    for name, lines in targets.items():
        text = replaced(text, name, fenced(lines))
    text = replaced(text, "failures", fenced(notes or ["none"]))
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0


def replaced(text: str, name: str, content: str) -> str:
    """With `content` in the place of that name; as it was where there is none."""
    place = re.compile(
        rf"(<!-- {re.escape(name)}: begin -->\n).*?(<!-- {re.escape(name)}: end -->)", re.DOTALL
    )
    return place.sub(lambda found: f"{found[1]}\n{content}\n{found[2]}", text)


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with a row for each mapping."""
    if not rows:
        return "Nothing yet.\n"
    lines = [list(rows[0]), ["---"] * len(rows[0])]
    lines += [[format_cell(cell) for cell in row.values()] for row in rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def fenced(lines: Iterable[str]) -> str:
    """Lines as they were printed."""
    return "\n".join(("```", *lines, "```")) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
