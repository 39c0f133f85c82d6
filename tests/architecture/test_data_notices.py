"""Nothing that somebody else made ships without its notice."""

import re
from fnmatch import fnmatch

import house

NOTICE = (house.ROOT / "NOTICE").read_text(encoding="utf-8")
ATTRIBUTION = house.ROOT / "data/demo/ATTRIBUTION.md"


def test_every_file_of_data_is_named_in_the_notice() -> None:
    patterns = re.findall(r"(?<![\w/])data/[\w./*-]*[\w*]", NOTICE)
    data = [
        house.relative(path) for path in house.files() if house.relative(path).startswith("data/")
    ]
    assert data
    assert [name for name in data if not any(fnmatch(name, pattern) for pattern in patterns)] == []


def test_the_notice_names_nothing_that_is_gone() -> None:
    names = [house.relative(path) for path in house.files()]
    patterns = re.findall(r"(?<![\w/])data/[\w./*-]*[\w*]", NOTICE)
    assert [p for p in patterns if not any(fnmatch(name, p) for name in names)] == []


def test_every_demo_clip_has_an_attribution() -> None:
    text = ATTRIBUTION.read_text(encoding="utf-8")
    clips = [
        path.name for path in house.files() if path.parent.name == "demo" and path.suffix == ".mp4"
    ]
    assert clips
    assert [clip for clip in clips if clip not in text] == []
