"""One suite per port: every adapter must pass it, and so may stand in for every other.

A test module gives a fixture of the name that the suite asks for and inherits:

    class TestMemoryEventBus(EventBusContract):
        @pytest.fixture
        def bus(self) -> EventBus:
            return MemoryEventBus()

`pytest.register_assert_rewrite("sentinel_core.testing")` in a conftest makes failures readable.
"""
