"""`sentinel`: the command line."""

import sys
from collections.abc import Sequence

import typer

from sentinel_allinone.commands import camera, db, evidence, model, sim, user
from sentinel_allinone.commands.backtest import backtest
from sentinel_allinone.commands.detect import detect
from sentinel_allinone.commands.doctor import doctor
from sentinel_allinone.commands.score import HELP as SCORE_HELP
from sentinel_allinone.commands.score import score
from sentinel_allinone.commands.up import up
from sentinel_allinone.terminal import print_error
from sentinel_core.domain.errors import InvalidInput, SentinelError

FAILED = 1
WRONG_USE = 2

app = typer.Typer(
    name="sentinel",
    help="Smart City Sentinel: live, explained incidents from the cameras a city already has.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(up)
app.command()(detect)
app.command()(doctor)
app.command()(backtest)
app.command(help=SCORE_HELP, no_args_is_help=True)(score)
app.add_typer(camera.app, name="camera")
app.add_typer(user.app, name="user")
app.add_typer(db.app, name="db")
app.add_typer(evidence.app, name="evidence")
app.add_typer(model.app, name="model")
app.add_typer(sim.app, name="sim")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a designed error is one line and an exit code, not a traceback.

    Args:
        arguments: Without the program's name; None: those of the process.
    """
    try:
        app(args=arguments)
    except InvalidInput as error:
        print_error(error.message)
        sys.exit(WRONG_USE)
    except SentinelError as error:
        print_error(error.message)
        sys.exit(FAILED)
