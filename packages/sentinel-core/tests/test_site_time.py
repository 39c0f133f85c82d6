"""The time zone of a site, as it is set."""

import pytest
from pydantic import ValidationError

from sentinel_core.domain.site_time import parse_timezone
from sentinel_core.runtime.settings import Settings


@pytest.mark.parametrize("name", ["UTC", "Europe/Helsinki", "Asia/Kolkata"])
def test_known_zones_are_taken(name: str) -> None:
    assert str(parse_timezone(name)) == name
    assert Settings(timezone=name).timezone == name


@pytest.mark.parametrize("name", ["", "Mars/Base", "Europe", "../../etc/passwd", "/etc/passwd"])
def test_others_are_refused_with_an_example(name: str) -> None:
    with pytest.raises(ValidationError, match="Europe/Helsinki"):
        Settings(timezone=name)
