"""`sentinel up`: the whole system in one process tree."""

import asyncio
import errno
import signal
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
import uvloop

import sentinel_api
from sentinel_allinone.bootstrap import EmbeddedSystem, embedded_system
from sentinel_allinone.data_directory import DataDirectory, RunningSystem
from sentinel_allinone.demo import DemoCity
from sentinel_allinone.options import DataDir, load_settings
from sentinel_allinone.terminal import out
from sentinel_core.domain.errors import Conflict, InvalidInput
from sentinel_core.runtime.settings import Settings
from sentinel_core.runtime.telemetry import configure_logging

log = structlog.get_logger(__name__)

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
CLOSE_CONNECTIONS_S = 3


def up(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Add the demo city.")] = False,
    data_dir: DataDir = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on [default: 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port; 0 takes a free one [default: 8080]")
    ] = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Ask nobody to sign in; on a loopback address only.")
    ] = False,
    model: Annotated[Path | None, typer.Option(help="Folder of the model to serve.")] = None,
) -> None:
    """Run the whole system: cameras, inference, API and dashboard. Ctrl-C stops it cleanly."""
    settings = load_settings(
        {
            "data_dir": data_dir,
            "api": {"host": host, "port": port, "auth": False if no_auth else None},
            "inference": {"model_dir": model},
        }
    )
    if not settings.api.auth and settings.api.host not in LOOPBACK_HOSTS:
        raise InvalidInput(
            f"--no-auth would let everybody in who reaches {settings.api.host}; "
            "it works with a loopback address only",
            field="api.auth",
        )
    configure_logging(settings.log_format)
    directory = DataDirectory(settings.data_path)
    directory.prepare()
    with (
        directory.held(),
        _listen(settings.api.host, settings.api.port) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_run(settings, directory, listener, demo=demo))


async def _run(
    settings: Settings, directory: DataDirectory, listener: socket.socket, *, demo: bool
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with embedded_system(settings) as system:
        password = await sentinel_api.ensure_admin(system.database, system.clock)
        if demo:
            added = await DemoCity.shipped().add_to(system.database, system.clock)
            log.info("demo city", cameras_added=added)
        url = _url(listener)
        async with system.running():
            directory.announce(RunningSystem(url, system.api.issue_local_token()))
            _greet(url, password, settings)
            await _serve(system, listener, stop)
    out.print("stopped", markup=False)


async def _serve(system: EmbeddedSystem, listener: socket.socket, stop: asyncio.Event) -> None:
    server = _Server(
        uvicorn.Config(
            system.api.app,
            log_config=None,
            access_log=False,
            lifespan="off",
            # Deflating video costs 25 % of a core for 8 viewers and saves nothing.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=CLOSE_CONNECTIONS_S,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving


class _Server(uvicorn.Server):
    """Leaves signals to `_run`, which stops the cameras as well."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # a narrower context
        return nullcontext()


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is started.

    Raises:
        Conflict: It is in use.
        InvalidInput: The address is none of this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=256)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"port {port} is in use on {host}; choose another with --port"
            ) from error
        raise InvalidInput(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _greet(url: str, password: str | None, settings: Settings) -> None:
    out.print(f"\n[bold]Smart City Sentinel[/] is running at [bold cyan]{url}[/]")
    if not settings.api.auth:
        out.print("sign-in is off (--no-auth)")
    elif password:
        out.print("sign in as [bold]admin[/] with the password [bold]" + password + "[/]")
        out.print("it is shown this once; `sentinel user reset-password admin` makes a new one")
    else:
        out.print("sign in as [bold]admin[/]; forgotten? `sentinel user reset-password admin`")
    out.print(f"data in {settings.data_path} · Ctrl-C stops\n", soft_wrap=True)
