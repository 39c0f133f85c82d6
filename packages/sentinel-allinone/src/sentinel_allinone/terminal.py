"""What the commands print: tables and colours on a terminal, plain lines elsewhere."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    out.print(json.dumps(value, indent=2), markup=False, soft_wrap=True)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table of text; None is shown as a dash."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*["-" if cell is None else str(cell) for cell in row])
    out.print(table)


def print_error(message: str) -> None:
    """One line on standard error."""
    err.print(f"[bold red]error:[/] {message}", soft_wrap=True)


def print_note(message: str) -> None:
    """One line on standard error that is no error."""
    err.print(message, soft_wrap=True, markup=False)
