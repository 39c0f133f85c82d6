"""Locks carry names, versions and hashes, and no address: any mirror serves them."""

import json
import re

import house

ADDRESS = re.compile(r"[a-z+]+://", re.IGNORECASE)


def test_python_locks_hold_no_address() -> None:
    locks = [path for path in house.files() if path.name.endswith(".lock")]
    assert locks
    for path in locks:
        found = ADDRESS.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{house.relative(path)} holds {found}"


def test_every_pin_of_a_python_lock_has_a_hash() -> None:
    for path in house.files():
        if path.name.endswith(".lock"):
            for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8")):
                pinned = re.match(r"[A-Za-z0-9_.-]+==", block)
                assert pinned is None or "--hash=sha256:" in block, block.splitlines()[0]


def test_the_npm_lock_holds_hashes_and_no_address() -> None:
    lock = json.loads((house.DASHBOARD / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    bundled = {name for name, entry in packages.items() if entry.get("inBundle")}
    assert [
        n for n, entry in packages.items() if "integrity" not in entry and n not in bundled
    ] == []
