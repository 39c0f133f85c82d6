"""What every `Restreamer` promises."""

from sentinel_core.ports.restreamer import MediaPath, Restreamer


class RestreamerContract:
    """Needs a fixture `restreamer`: without any path of ours."""

    async def test_opened_paths_are_listed(self, restreamer: Restreamer) -> None:
        assert list(await restreamer.paths()) == []
        await restreamer.open_path("cam_01")
        await restreamer.open_path("cam-2")
        assert await _names(restreamer) == {"cam_01", "cam-2"}

    async def test_a_path_can_be_opened_again(self, restreamer: Restreamer) -> None:
        await restreamer.open_path("cam_01")
        await restreamer.open_path("cam_01")
        assert list(await restreamer.paths()) == [MediaPath("cam_01", is_current=True)]

    async def test_closed_paths_are_gone(self, restreamer: Restreamer) -> None:
        await restreamer.open_path("cam_01")
        await restreamer.open_path("cam_02")
        await restreamer.close_path("cam_01")
        assert await _names(restreamer) == {"cam_02"}

    async def test_a_path_that_is_not_there_may_be_closed(self, restreamer: Restreamer) -> None:
        await restreamer.close_path("cam_09")

    async def test_many_paths_are_all_listed(self, restreamer: Restreamer) -> None:
        wanted = {f"cam_{number:03}" for number in range(120)}
        for name in wanted:
            await restreamer.open_path(name)
        assert await _names(restreamer) == wanted


async def _names(restreamer: Restreamer) -> set[str]:
    return {path.name for path in await restreamer.paths()}
