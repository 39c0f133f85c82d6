"""Running the command line in the process of a test."""

from collections.abc import Callable
from dataclasses import dataclass

from sentinel_allinone.cli import main


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str


Sentinel = Callable[..., Result]


def exit_code(arguments: list[str]) -> int:
    """Run a command and give the code that its process would exit with."""
    try:
        main(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0
