"""Options that several commands share, and the settings they make."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from sentinel_core.domain.errors import InvalidInput
from sentinel_core.runtime.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="Where everything is stored [default: ~/.local/share/sentinel]"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]


def load_settings(flags: dict[str, Any]) -> Settings:
    """Settings with `flags` on top; flags that are None are not set. Nested like the settings.

    Raises:
        InvalidInput: Names the setting that is wrong and where it can be set.
    """
    try:
        return Settings(**_without_none(flags))
    except ValidationError as error:
        first = error.errors()[0]
        name = "__".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"setting {name}: {first['msg']} (flag, SENTINEL_{name.upper()} or sentinel.toml)",
            field=name,
        ) from error


def _without_none(flags: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in flags.items():
        if isinstance(value, dict):
            nested = _without_none(value)
            if nested:
                kept[name] = nested
        elif value is not None:
            kept[name] = value
    return kept
