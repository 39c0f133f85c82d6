"""Every port has an adapter that needs no server, and a contract suite that runs on every adapter."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import house
import pytest

import sentinel_core.adapters
import sentinel_core.ports
import sentinel_core.testing.contracts

# What one service offers to another: its adapter is the service itself, and its tests are the suite
# until a second adapter, over the network, exists.
OFFERED_BY_SERVICES = {"inference_status", "live_video", "peer_video"}


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


PORTS = {
    module.__name__.rpartition(".")[2]: module
    for module in modules_of(sentinel_core.ports)
    if module.__name__.rpartition(".")[2] not in OFFERED_BY_SERVICES
}
SUITES = list(modules_of(sentinel_core.testing.contracts))


def protocols(port: ModuleType) -> list[type]:
    return [
        kind
        for kind in vars(port).values()
        if inspect.isclass(kind)
        and kind.__module__ == port.__name__
        and getattr(kind, "_is_protocol", False)
    ]


def adapters(port: ModuleType) -> set[str]:
    """Modules that hold a class with all that one of the port's protocols asks for."""
    return {
        module.__name__
        for module in modules_of(sentinel_core.adapters)
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
        for protocol in protocols(port)
        if members(protocol) <= set(dir(kind))
    }


def members(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


def suites(port: ModuleType) -> set[str]:
    """Full names of the contract suites that speak of a port."""
    return {
        f"{module.__name__}.{name}"
        for module in SUITES
        if port.__name__ in Path(str(module.__file__)).read_text(encoding="utf-8")
        for name in vars(module)
        if name.endswith("Contract") and vars(module)[name].__module__ == module.__name__
    }


def runs_of_suites() -> list[tuple[str, str]]:
    """(full name of a suite, text of the test module and its conftest) of each class that inherits it."""
    return [
        (house.imported_names(path).get(base.id, ""), text_with_fixtures(path))
        for path in house.with_suffix(".py")
        if path.name.startswith("test_")
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    ]


def text_with_fixtures(path: Path) -> str:
    conftest = path.parent / "conftest.py"
    fixtures = conftest.read_text(encoding="utf-8") if conftest.exists() else ""
    return path.read_text(encoding="utf-8") + fixtures


def package_of(adapter: str) -> str:
    """`sentinel_core.adapters.sql.cameras` is reached through `sentinel_core.adapters.sql`."""
    return ".".join(adapter.split(".")[:3])


@pytest.mark.parametrize("name", PORTS)
def test_a_port_has_an_adapter_and_a_suite(name: str) -> None:
    assert protocols(PORTS[name])
    assert adapters(PORTS[name])
    assert suites(PORTS[name])


@pytest.mark.parametrize("name", PORTS)
def test_some_test_runs_the_suite_on_each_adapter(name: str) -> None:
    wanted = suites(PORTS[name])
    texts = [text for suite, text in runs_of_suites() if suite in wanted]
    untested = [a for a in adapters(PORTS[name]) if not any(package_of(a) in t for t in texts)]
    assert untested == []


def test_each_suite_is_run() -> None:
    run = {suite for suite, _ in runs_of_suites()}
    assert {suite for port in PORTS.values() for suite in suites(port)} <= run
