"""Documents do not lie: links lead somewhere, commands exist, decisions are on record."""

import re
import subprocess
import sys
from pathlib import Path

import house
import pytest
import typer

from sentinel_allinone import cli

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
DOCUMENT_NAME = re.compile(r"\bdocs/[\w/-]+\.(?:md|json)\b")
ADR_REFERENCE = re.compile(r"\bADR[ -](\d{4})\b")
ADR_SECTIONS = ["Status", "Area", "Context", "Decision", "Consequences"]

DOCUMENTS = house.with_suffix(".md")
ADRS = sorted((house.ROOT / "docs/adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=house.relative)
def test_links_lead_somewhere(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    dead = [target for target in LINK.findall(text) if not leads_somewhere(document, target)]
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=house.relative)
def test_commands_exist(document: Path) -> None:
    unknown = [line for line in command_lines(document) if not exists(line)]
    assert unknown == []


def test_documents_that_code_names_exist() -> None:
    named = {
        (name, house.relative(path))
        for path in house.with_suffix(".py", ".ts", ".tsx", ".mjs", ".toml", ".yaml")
        for name in DOCUMENT_NAME.findall(path.read_text(encoding="utf-8"))
    }
    assert named
    assert sorted(pair for pair in named if not (house.ROOT / pair[0]).exists()) == []


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert exists("make run")
    assert not exists("make coffee")
    assert exists("sentinel up --demo")
    assert not exists("sentinel fly")
    assert not exists("sentinel up --sideways")


def test_decision_records_have_their_sections() -> None:
    assert ADRS
    for record in ADRS:
        text = record.read_text(encoding="utf-8")
        assert re.match(rf"# {record.name[:4]}\. \S", text), record.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ADR_SECTIONS, record.name


def test_decision_records_are_numbered_and_listed() -> None:
    numbers = [int(record.name[:4]) for record in ADRS]
    assert numbers == list(range(1, len(ADRS) + 1))
    index = (house.ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    assert [record.name for record in ADRS if f"({record.name})" not in index] == []


def test_decision_records_that_are_named_exist() -> None:
    known = {record.name[:4] for record in ADRS}
    for path in house.with_suffix(".md", ".py", ".ts", ".tsx", ".toml", ".yaml"):
        named = set(ADR_REFERENCE.findall(path.read_text(encoding="utf-8")))
        assert named <= known, house.relative(path)


def test_the_tables_of_the_manuals_are_what_the_code_says() -> None:
    tool = house.ROOT / "tools/manual_tables.py"
    checked = subprocess.run([sys.executable, tool, "--check"], check=False)  # noqa: S603 (our own)
    assert checked.returncode == 0, "run make tables"


def leads_somewhere(document: Path, target: str) -> bool:
    """Links to the web are believed, the rest is looked up, headings too."""
    if re.match(r"[a-z]+:", target):
        return True
    path, _, anchor = target.partition("#")
    there = (document.parent / path) if path else document
    if not there.exists():
        return False
    return not anchor or anchor in anchors(there)


def anchors(document: Path) -> set[str]:
    """Headings as they are linked to: lower case, spaces as hyphens, the rest left out."""
    headings = HEADING.findall(FENCE.sub("", document.read_text(encoding="utf-8")))
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def command_lines(document: Path) -> list[str]:
    """Calls of make and sentinel in code, without what follows a comment sign."""
    text = document.read_text(encoding="utf-8")
    lines = [line for block, span in CODE.findall(text) for line in (block or span).splitlines()]
    bare = (re.sub(r"^\s*(?:\$ )?(?:\S*\.venv/bin/)?", "", line) for line in lines)
    return [
        line.split("  #")[0].strip() for line in bare if re.match(r"(?:make|sentinel) \S", line)
    ]


def exists(line: str) -> bool:
    """Whether each target, command and option of a line is known. Words in capitals are values."""
    program, *words = line.split()
    if program == "make":
        named = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
        return set(named) <= make_targets()
    return sentinel_knows(words)


def make_targets() -> set[str]:
    text = (house.ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE)) | set(
        re.findall(r"\bcheck-[a-z-]+", text)
    )


def sentinel_knows(words: list[str]) -> bool:
    command = typer.main.get_command(cli.app)
    known = {"--help"}
    for word in words:
        commands = getattr(command, "commands", None)
        if commands is not None and not word.startswith("-"):
            if word not in commands:
                return False
            command = commands[word]
    known |= {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    options = [word.split("=")[0] for word in words if word.startswith("--")]
    return set(options) <= known
