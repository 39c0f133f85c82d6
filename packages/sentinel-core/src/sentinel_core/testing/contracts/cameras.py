"""What every `Cameras` repository promises."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from sentinel_core.domain.cameras import (
    Camera,
    CameraStatus,
    LiveViewMode,
    PrivacyMask,
    RtspTransport,
)
from sentinel_core.domain.errors import Conflict, NotFound
from sentinel_core.domain.zones import GroundPoint, ZoneSet
from sentinel_core.ports.repositories import Database
from sentinel_core.testing.builders import at, make_camera, make_zone, make_zone_set


async def stored_camera(database: Database, **changes: object) -> Camera:
    """A camera that is in the database."""
    camera = make_camera(**changes)
    async with database.transaction() as unit:
        await unit.cameras.add(camera)
    return camera


async def read_camera(database: Database, id_or_key: str) -> Camera:
    """What the database says of a camera."""
    async with database.transaction() as unit:
        return await unit.cameras.get(id_or_key)


class CamerasContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_camera_comes_back(self, database: Database) -> None:
        camera = await stored_camera(
            database,
            is_demo=True,
            sample_fps=2.5,
            live_view=LiveViewMode.TRANSCODED,
            rtsp_transport=RtspTransport.UDP,
            loops=False,
            motion_gating=True,
            privacy_masks=(PrivacyMask(((0.0, 0.0), (0.25, 0.0), (0.1, 1.0))),),
        )
        assert await read_camera(database, "cam_01") == camera
        assert await read_camera(database, str(camera.id)) == camera

    async def test_camera_without_place_comes_back(self, database: Database) -> None:
        camera = await stored_camera(database, latitude=None, longitude=None)
        assert await read_camera(database, camera.key) == camera

    async def test_key_that_looks_like_an_id_does_not_hide_it(self, database: Database) -> None:
        camera = await stored_camera(database)
        await stored_camera(database, key=str(camera.id))
        assert await read_camera(database, str(camera.id)) == camera

    @pytest.mark.parametrize("name", ["cam_99", str(UUID(int=1)), "", "'; DROP TABLE cameras"])
    async def test_unknown_camera_is_not_found(self, database: Database, name: str) -> None:
        await stored_camera(database)
        with pytest.raises(NotFound):
            await read_camera(database, name)

    async def test_list_is_by_key(self, database: Database) -> None:
        for key in ("cam_02", "cam_10", "cam_01"):
            await stored_camera(database, key=key)
        async with database.transaction() as unit:
            cameras = await unit.cameras.list()
        assert [camera.key for camera in cameras] == ["cam_01", "cam_02", "cam_10"]

    async def test_taken_key_is_a_conflict(self, database: Database) -> None:
        first = await stored_camera(database)
        with pytest.raises(Conflict, match="cam_01"):
            await stored_camera(database)
        assert await read_camera(database, "cam_01") == first

    async def test_update_replaces(self, database: Database) -> None:
        camera = await stored_camera(database)
        changed = replace(
            camera,
            name="Toll km 40",
            source_url="rtsp://192.0.2.8/sub",
            latitude=None,
            longitude=None,
            enabled=False,
            sample_fps=10.0,
            revision=2,
            updated_at=at(60),
        )
        async with database.transaction() as unit:
            await unit.cameras.update(changed)
        assert await read_camera(database, camera.key) == changed

    async def test_update_leaves_key_and_birth_alone(self, database: Database) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            await unit.cameras.update(replace(camera, key="other", created_at=at(9), revision=2))
        found = await read_camera(database, str(camera.id))
        assert (found.key, found.created_at) == (camera.key, camera.created_at)

    @pytest.mark.parametrize("revision", [1, 3])
    async def test_update_of_another_revision_is_a_conflict(
        self, database: Database, revision: int
    ) -> None:
        camera = await stored_camera(database)
        with pytest.raises(Conflict):
            async with database.transaction() as unit:
                await unit.cameras.update(replace(camera, name="Mine", revision=revision))
        assert await read_camera(database, camera.key) == camera

    async def test_update_of_a_missing_camera_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            async with database.transaction() as unit:
                await unit.cameras.update(make_camera(revision=2))

    async def test_removed_camera_is_gone(self, database: Database) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            await unit.cameras.remove(camera.id)
        with pytest.raises(NotFound):
            await read_camera(database, camera.key)

    async def test_key_of_a_removed_camera_is_free(self, database: Database) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            await unit.cameras.remove(camera.id)
        successor = await stored_camera(database)
        assert await read_camera(database, camera.key) == successor

    async def test_removing_a_missing_camera_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            async with database.transaction() as unit:
                await unit.cameras.remove(uuid4())

    async def test_status_changes_without_a_revision(self, database: Database) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            await unit.cameras.set_status(camera.key, CameraStatus.ALERT)
        found = await read_camera(database, camera.key)
        assert found == replace(camera, status=CameraStatus.ALERT)

    async def test_update_leaves_the_status_alone(self, database: Database) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            await unit.cameras.set_status(camera.key, CameraStatus.ONLINE)
            await unit.cameras.update(replace(camera, name="New name", revision=2))
        assert (await read_camera(database, camera.key)).status is CameraStatus.ONLINE

    async def test_status_of_a_missing_camera_is_fine(self, database: Database) -> None:
        async with database.transaction() as unit:
            await unit.cameras.set_status("cam_99", CameraStatus.ONLINE)


class ZonesContract:
    """Needs fixture `database`, empty and migrated."""

    async def test_nothing_drawn_is_version_zero(self, database: Database) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            assert await unit.cameras.zones(camera.id) == ZoneSet(version=0)

    async def test_zones_come_back_as_the_next_version(self, database: Database) -> None:
        camera = await stored_camera(database)
        drawn = make_zone_set(
            zones=(make_zone(rules={"congestion": {"on_s": 15.0, "enabled": True}}),),
            calibration=tuple(
                GroundPoint(image=(x, y), ground_m=(x * 20, y * 50))
                for x, y in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
            ),
        )
        async with database.transaction() as unit:
            stored = await unit.cameras.replace_zones(camera.id, drawn)
        assert stored == drawn.model_copy(update={"version": 1})
        async with database.transaction() as unit:
            assert await unit.cameras.zones(camera.id) == stored

    async def test_each_replacement_is_a_new_version(self, database: Database) -> None:
        camera = await stored_camera(database)
        zones = make_zone_set()
        for version in (1, 2, 3):
            async with database.transaction() as unit:
                zones = await unit.cameras.replace_zones(camera.id, zones)
            assert zones.version == version

    @pytest.mark.parametrize("version", [0, 2])
    async def test_replacing_another_version_is_a_conflict(
        self, database: Database, version: int
    ) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            newest = await unit.cameras.replace_zones(camera.id, make_zone_set())
        with pytest.raises(Conflict):
            async with database.transaction() as unit:
                await unit.cameras.replace_zones(camera.id, ZoneSet(version=version))
        async with database.transaction() as unit:
            assert await unit.cameras.zones(camera.id) == newest

    async def test_zones_of_a_missing_camera_are_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            async with database.transaction() as unit:
                await unit.cameras.replace_zones(uuid4(), make_zone_set())

    async def test_zones_go_with_their_camera(self, database: Database) -> None:
        camera = await stored_camera(database)
        async with database.transaction() as unit:
            await unit.cameras.replace_zones(camera.id, make_zone_set())
            await unit.cameras.remove(camera.id)
            await unit.cameras.add(camera)
        async with database.transaction() as unit:
            assert (await unit.cameras.zones(camera.id)).version == 0
