"""A service is built from settings and ports, and is joined to others by composition roots alone."""

import importlib
import inspect

import house
import pytest


@pytest.mark.parametrize("package", house.SERVICES)
def test_a_service_is_built_from_settings_and_ports(package: str) -> None:
    build = importlib.import_module(package).build
    settings, ports = inspect.signature(build).parameters.values()
    assert (settings.name, ports.name) == ("settings", "ports")
    assert settings.annotation.__name__ == "Settings"
    assert ports.annotation.__dataclass_params__.frozen
    assert all(field.kw_only for field in ports.annotation.__dataclass_fields__.values())


@pytest.mark.parametrize("package", house.SERVICES)
def test_a_built_service_has_the_life_cycle_of_all(package: str) -> None:
    built = inspect.signature(importlib.import_module(package).build).return_annotation
    for name in ("start", "stop", "health"):
        assert inspect.iscoroutinefunction(getattr(built, name)), f"{built.__name__}.{name}"
    assert hasattr(built, "name")


@pytest.mark.parametrize("member", house.MEMBERS)
def test_a_member_is_one_typed_package(member: str) -> None:
    (package,) = (house.ROOT / member / "src").glob("sentinel_*")
    assert (package / "py.typed").exists()
