"""No module imports itself through others: each can be read, and tested, after what it needs."""

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = (
    "sentinel_core",
    "sentinel_vision",
    "sentinel_api",
    "sentinel_camera",
    "sentinel_inference",
    "sentinel_allinone",
)


def test_no_module_imports_itself_through_others() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    check_order(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )


def test_a_cycle_is_seen() -> None:
    with pytest.raises(AssertionError, match="b"):
        check_order({"a": {"b"}, "b": {"c"}, "c": {"b"}})


def check_order(imports: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from error
