"""Keeps the paths of the media server as the database says: one for each enabled camera."""

import structlog

from sentinel_core.domain.errors import DependencyUnavailable
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.repositories import Database
from sentinel_core.ports.restreamer import Restreamer

_log = structlog.get_logger(__name__)

_RECONCILE_S = 2.0


class MediaPaths:
    """Compares again and again, so a media server that started again needs no notice of its own."""

    def __init__(self, restreamer: Restreamer, database: Database, clock: Clock) -> None:
        self._restreamer = restreamer
        self._database = database
        self._clock = clock
        self.trouble: str | None = None
        """Why the paths could not be compared last time."""

    async def keep_reconciled(self) -> None:
        """Reconcile until cancelled."""
        while True:
            await self.reconcile()
            await self._clock.sleep(_RECONCILE_S)

    async def reconcile(self) -> None:
        """Open and close paths; `trouble` says what hindered it."""
        try:
            await self._reconcile()
        except DependencyUnavailable as error:
            self._note(error.message)
        else:
            self._note(None)

    async def _reconcile(self) -> None:
        # The paths first: what another instance opens after this look is not known here, and what
        # it opened before is in the database by now. The other way round its path might be closed.
        paths = {path.name: path for path in await self._restreamer.paths()}
        async with self._database.transaction() as work:
            wanted = {camera.key for camera in await work.cameras.list() if camera.enabled}
        for name in sorted(paths.keys() - wanted):
            await self._restreamer.close_path(name)
            _log.info("media path closed", camera=name)
        for name in sorted(wanted):
            path = paths.get(name)
            if path is None or not path.is_current:
                await self._restreamer.open_path(name)
                _log.info("media path opened", camera=name)

    def _note(self, trouble: str | None) -> None:
        if trouble != self.trouble:
            log = _log.info if trouble is None else _log.warning
            log("media server", trouble=trouble)
        self.trouble = trouble
