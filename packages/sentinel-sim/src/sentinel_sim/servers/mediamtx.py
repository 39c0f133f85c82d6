"""The real MediaMTX, with the configuration that is shipped."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from sentinel_core.adapters.system_clock import SystemClock
from sentinel_core.ports.clock import Clock
from sentinel_sim.servers.processes import (
    ServerFailed,
    ServerMissing,
    ServerProcess,
    answers,
    free_ports,
)

VERSION = "1.20.1"
PROGRAM = Path(f"~/.cache/sentinel/mediamtx-{VERSION}/mediamtx")
CONFIGURATION = Path(__file__).resolve().parents[5] / "deploy" / "mediamtx.yml"

_START_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.05


class MediaMtx:
    """Runs while its `async with` block runs. It keeps its ports over `kill` and `start`."""

    def __init__(
        self,
        *,
        key_set_url: str | None = None,
        allow_origins: Sequence[str] = ("*",),
        program: Path = PROGRAM,
        clock: Clock | None = None,
    ) -> None:
        """Choose ports; nothing runs yet.

        Args:
            key_set_url: Where the keys of tokens are; None: everybody may do everything.
            allow_origins: Pages that browsers may read it from.
            program: Built by tools/servers/get-mediamtx.sh.
            clock: For waiting until it answers.
        """
        self._key_set_url = key_set_url
        self._allow_origins = ",".join(allow_origins)
        self._program = program.expanduser()
        self._clock = clock or SystemClock()
        self._process: ServerProcess | None = None
        self._rtsp, self._hls, self._webrtc, self._api, self._ice = free_ports(5)

    @property
    def rtsp_url(self) -> str:
        """Where cameras are published and read."""
        return f"rtsp://127.0.0.1:{self._rtsp}"

    @property
    def whep_url(self) -> str:
        """Where browsers read by WebRTC."""
        return f"http://127.0.0.1:{self._webrtc}"

    @property
    def hls_url(self) -> str:
        """Where browsers read by HLS."""
        return f"http://127.0.0.1:{self._hls}"

    @property
    def api_url(self) -> str:
        """The control API."""
        return f"http://127.0.0.1:{self._api}"

    @property
    def log(self) -> str:
        """The last lines of its output."""
        return self._process.log if self._process else ""

    async def __aenter__(self) -> "MediaMtx":
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        if self._process is not None:
            await self._process.stop()

    async def start(self) -> None:
        """Start it (again), and return when it answers.

        Raises:
            ServerMissing: It was not built.
            ServerFailed: It does not run.
        """
        if not self._program.is_file():
            raise ServerMissing(f"MediaMTX is not at {self._program}: run `make servers`.")
        command = (str(self._program), str(CONFIGURATION))
        self._process = await ServerProcess.start(command, self._environment())
        deadline_s = self._clock.monotonic() + _START_WITHIN_S
        for port in (self._rtsp, self._hls, self._webrtc, self._api):
            while not await answers(port):
                if self._process.has_ended or self._clock.monotonic() > deadline_s:
                    await self._process.kill()
                    raise ServerFailed(f"MediaMTX does not run:\n{self.log}")
                await self._clock.sleep(_LOOK_EVERY_S)

    async def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            await asyncio.shield(self._process.kill())

    def _environment(self) -> dict[str, str]:
        environment = {
            "MTX_RTSPADDRESS": f"127.0.0.1:{self._rtsp}",
            "MTX_HLSADDRESS": f"127.0.0.1:{self._hls}",
            "MTX_HLSALLOWORIGINS": self._allow_origins,
            "MTX_WEBRTCADDRESS": f"127.0.0.1:{self._webrtc}",
            "MTX_WEBRTCALLOWORIGINS": self._allow_origins,
            "MTX_WEBRTCLOCALUDPADDRESS": f"127.0.0.1:{self._ice}",
            "MTX_WEBRTCLOCALTCPADDRESS": f"127.0.0.1:{self._ice}",
            "MTX_APIADDRESS": f"127.0.0.1:{self._api}",
            "MTX_METRICS": "no",
        }
        if self._key_set_url is None:
            return {**environment, "MTX_AUTHMETHOD": "internal"}
        return {**environment, "MTX_AUTHJWTJWKS": self._key_set_url}
