"""`sentinel db`: the schema of the database."""

import asyncio

import typer

from sentinel_allinone.data_directory import DataDirectory
from sentinel_allinone.options import DataDir, load_settings
from sentinel_allinone.terminal import out
from sentinel_core.adapters.sql import upgrade_database

app = typer.Typer(no_args_is_help=True, help="Care for the database.")


@app.callback()
def db() -> None:
    """Care for the database."""


@app.command()
def upgrade(*, data_dir: DataDir = None) -> None:
    """Bring the schema up to date. `sentinel up` does it by itself."""
    settings = load_settings({"data_dir": data_dir})
    directory = DataDirectory(settings.data_path)
    directory.prepare()
    with directory.held():
        asyncio.run(upgrade_database(settings.effective_database_url))
    out.print("the schema is up to date")
