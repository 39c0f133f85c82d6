"""Files and functions stay small enough to be read in one go."""

from collections.abc import Mapping
from math import ceil

import house

FILE_P95, FILE_HARD = 350, 500
FUNCTION_P95, FUNCTION_HARD = 40, 70


def test_python_files_are_short() -> None:
    check_budget(file_lengths(".py"), FILE_P95, FILE_HARD)


def test_typescript_files_are_short() -> None:
    check_budget(file_lengths(".ts", ".tsx", ".mjs"), FILE_P95, FILE_HARD)


def test_python_functions_are_short() -> None:
    lengths = {
        f"{house.relative(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno)
        - node.lineno
        + 1
        for path in house.with_suffix(".py")
        for node in house.functions(path)
    }
    check_budget(lengths, FUNCTION_P95, FUNCTION_HARD)


def check_budget(lengths: Mapping[str, int], p95: int, hard: int) -> None:
    assert lengths
    too_long = {name: lines for name, lines in lengths.items() if lines > hard}
    assert not too_long, f"longer than {hard} lines: {too_long}"
    ordered = sorted(lengths.values())
    found = ordered[ceil(0.95 * len(ordered)) - 1]
    assert found <= p95, f"95 % must be at most {p95} lines, the 95th percentile is {found}"


def file_lengths(*suffixes: str) -> dict[str, int]:
    return {
        house.relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in house.with_suffix(*suffixes)
    }
