"""Files that ship with the product: models, demo clips, map, dashboard."""

from pathlib import Path

from sentinel_core.domain.errors import NotFound

_REPOSITORY = Path(__file__).parents[5]


def asset(relative: str) -> Path:
    """A file or folder of the repository, for example `data/models/v0`.

    Raises:
        NotFound: It is not there; the message says what is missing.
    """
    path = _REPOSITORY / relative
    if not path.exists():
        raise NotFound(f"{relative} is missing from this installation ({_REPOSITORY})")
    return path
