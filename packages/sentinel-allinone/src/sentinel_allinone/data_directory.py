"""The folder that the embedded mode keeps its state in, held by one running system at a time."""

import errno
import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sentinel_core.adapters.fernet_secrets import generate_key
from sentinel_core.domain.errors import Conflict, InvalidInput, StorageFull

PRIVATE = stat.S_IRUSR | stat.S_IWUSR


@dataclass(frozen=True, slots=True)
class RunningSystem:
    """How to reach the system that holds the folder."""

    url: str
    token: str


class DataDirectory:
    """Paths in the folder, and the lock on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.objects = root / "objects"
        self.videos = root / "videos"
        self._run = root / "run"

    def prepare(self) -> None:
        """Make the folder.

        Raises:
            InvalidInput: It cannot be made or written to.
            StorageFull: No room.
        """
        try:
            for folder in (self.root, self.objects, self.videos, self._run):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self._run / "write-test"
            probe.write_bytes(bytes(4096))
            probe.unlink()
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(f"no room left in the data directory {self.root}") from error
            raise InvalidInput(
                f"the data directory {self.root} cannot be written to: {error.strerror}",
                field="data_dir",
            ) from error

    def secret_key(self) -> str:
        """The key that camera passwords are encrypted with; made on first use, mode 0600."""
        path = self.root / "secret.key"
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            key = generate_key()
            _write_private(path, key)
            return key

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for as long as the block runs.

        Raises:
            Conflict: A running system holds it.
        """
        with (self._run / "lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Conflict(
                    f"another sentinel is running on {self.root}; stop it or choose --data-dir"
                ) from error
            yield

    def announce(self, system: RunningSystem) -> None:
        """Tell the command line how to reach this system; readable by its owner alone."""
        _write_private(
            self._run / "api.json", json.dumps({"url": system.url, "token": system.token})
        )

    def running_system(self) -> RunningSystem | None:
        """The system that holds the folder, or None."""
        try:
            with self.held():
                return None
        except FileNotFoundError:
            return None
        except Conflict:
            return self._read_announcement()

    def _read_announcement(self) -> RunningSystem:
        try:
            found = json.loads((self._run / "api.json").read_text(encoding="utf-8"))
            return RunningSystem(found["url"], found["token"])
        except (OSError, ValueError, KeyError) as error:
            raise Conflict(
                f"a sentinel is starting or stopping on {self.root}; try again"
            ) from error


def _write_private(path: Path, text: str) -> None:
    """Write so that no other user can read it, not even for a moment, and no half is seen."""
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
