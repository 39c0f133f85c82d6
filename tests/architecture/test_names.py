"""Modules are nouns that say what they hold."""

import ast
import re

import house

EMPTY_WORDS = re.compile(
    r"(?:^|[_.-])(?:utils?|utilit(?:y|ies)|managers?|helpers?|misc)(?:[_.-]|$)", re.IGNORECASE
)
EMPTY_CLASSES = re.compile(r"(?:Utils?|Managers?|Helpers?)$")


def test_no_file_or_folder_has_an_empty_name() -> None:
    offenders = [
        house.relative(path)
        for path in house.with_suffix(".py", ".ts", ".tsx", ".mjs")
        if any(EMPTY_WORDS.search(part) for part in house.relative(path).split("/"))
    ]
    assert offenders == []


def test_no_class_has_an_empty_name() -> None:
    offenders = [
        f"{house.relative(path)} {node.name}"
        for path in house.shipped_python()
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.ClassDef) and EMPTY_CLASSES.search(node.name)
    ]
    assert offenders == []
