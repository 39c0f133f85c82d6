"""Evidence over HTTP: what there is, whether it was changed, and all of it as a ZIP."""

import hashlib
import zipfile
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest

from sentinel_api.testing import World
from sentinel_core.contracts.generated.incident_event import EvidenceKeys
from sentinel_core.domain.users import Role
from sentinel_core.evidence.chain import Appended
from sentinel_core.evidence.keys import manifest_key
from sentinel_core.evidence.manifest import FileRole, decode, encode, seal
from sentinel_core.ports.object_store import ObjectKey
from sentinel_core.testing.builders import make_incident_event
from sentinel_core.testing.evidence import FILES, store_evidence

INCIDENT = make_incident_event().incident_id


async def complete(world: World) -> Appended:
    """An incident whose evidence is all there, the second of its camera."""
    await world.add_camera()
    await store_evidence(world.ports.objects, 1)
    appended = await store_evidence(world.ports.objects, 2, incident_id=UUID(INCIDENT))
    await world.store(make_incident_event(), make_incident_event("ended"))
    keys = {file.role: file.key for file in appended.manifest.files}
    await world.store(
        make_incident_event(
            "evidence_complete",
            evidence=EvidenceKeys(
                snapshot=keys[FileRole.SNAPSHOT],
                snapshot_boxes=keys[FileRole.SNAPSHOT_BOXES],
                clip=keys[FileRole.CLIP],
                manifest=str(manifest_key("cam_01", 2)),
                has_pictures=True,
                complete=True,
            ),
        )
    )
    return appended


async def report(api: httpx2.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await api.get(f"/api/incidents/{INCIDENT}/evidence", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_evidence_names_its_files_and_what_it_was_made_with(
    world: World, api: httpx2.AsyncClient
) -> None:
    appended = await complete(world)
    found = await report(api)
    assert (found["complete"], found["has_clip"], found["verified"]) == (True, True, None)
    assert found["manifest"]["sequence"] == 2
    assert found["manifest"]["sha256"] == appended.sha256
    assert found["clip"]["coverage"] == 1.0
    for file in found["files"]:
        data = (await api.get(file["url"])).content
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        assert data == FILES[FileRole(file["role"])]
    manifest = (await api.get(found["manifest"]["url"])).content
    assert decode(manifest) == appended.manifest
    incident = (await api.get(f"/api/incidents/{INCIDENT}")).json()
    assert (incident["has_clip"], incident["evidence_complete"]) == (True, True)


async def test_what_is_as_it_was_stored_is_verified(world: World, api: httpx2.AsyncClient) -> None:
    await complete(world)
    found = await report(api, verify="true")
    assert (found["verified"], found["faults"]) == (True, [])


@pytest.mark.parametrize("role", list(FileRole))
async def test_a_changed_file_is_told(
    world: World, api: httpx2.AsyncClient, role: FileRole
) -> None:
    appended = await complete(world)
    key = next(file.key for file in appended.manifest.files if file.role is role)
    await world.ports.objects.put(ObjectKey.parse(key), FILES[role] + b".")
    found = await report(api, verify="true")
    assert found["verified"] is False
    assert [fault["kind"] for fault in found["faults"]] == ["file_changed"]


async def test_a_manifest_of_another_incident_is_told(
    world: World, api: httpx2.AsyncClient
) -> None:
    await complete(world)
    other = await world.ports.objects.get(manifest_key("cam_01", 1))
    await world.ports.objects.put(manifest_key("cam_01", 2), other)
    found = await report(api, verify="true")
    assert {fault["kind"] for fault in found["faults"]} == {"manifest_moved", "chain_broken"}


async def test_a_broken_manifest_is_told_and_shown_as_it_is(
    world: World, api: httpx2.AsyncClient
) -> None:
    await complete(world)
    await world.ports.objects.put(manifest_key("cam_01", 2), b"{}")
    found = await report(api, verify="true")
    assert (found["manifest"], found["files"]) == (None, [])
    assert [fault["kind"] for fault in found["faults"]] == ["manifest_changed"]
    assert (await api.get(f"/api/incidents/{INCIDENT}/manifest")).content == b"{}"
    refused = await api.get(f"/api/incidents/{INCIDENT}/evidence.zip")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    "key",
    [
        "s3://sentinel-clips/cam_02/anomalies/1.mp4",
        "s3://sentinel-frames/cam_01/detections/1.parquet",
        "s3://sentinel-clips/cam_01/anomalies/../../../../secret.key",
        "/etc/passwd",
    ],
)
async def test_a_manifest_leads_nobody_to_other_files(
    world: World, api: httpx2.AsyncClient, key: str
) -> None:
    """Sealed as it should be, by somebody who can write the store."""
    appended = await complete(world)
    first, *others = appended.manifest.files
    files = (msgspec.structs.replace(first, key=key), *others)
    forged = encode(seal(msgspec.structs.replace(appended.manifest, files=files)))
    await world.ports.objects.put(manifest_key("cam_01", 2), forged)
    found = await report(api, verify="true")
    assert (found["manifest"], found["files"], found["verified"]) == (None, [], False)
    assert (await api.get(f"/api/incidents/{INCIDENT}/evidence.zip")).status_code == 409


async def test_until_it_is_complete_there_is_little_to_see(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    await world.store(make_incident_event())
    found = await report(api, verify="true")
    assert (found["complete"], found["files"], found["manifest"]) == (False, [], None)
    assert found["verified"] is None
    statuses = [
        (await api.get(f"/api/incidents/{INCIDENT}/{tail}")).status_code
        for tail in ("clip", "manifest", "evidence.zip")
    ]
    assert statuses == [404, 404, 409]
    incident = (await api.get(f"/api/incidents/{INCIDENT}")).json()
    assert (incident["has_snapshot"], incident["has_clip"]) == (False, False)


async def test_pictures_can_be_seen_before_the_clip_is_there(
    world: World, api: httpx2.AsyncClient
) -> None:
    await world.add_camera()
    keys = EvidenceKeys(
        snapshot="s3://sentinel-clips/cam_01/anomalies/1.jpg",
        snapshot_boxes=None,
        clip="s3://sentinel-clips/cam_01/anomalies/1.mp4",
        has_pictures=True,
        complete=False,
    )
    await world.store(make_incident_event("updated", evidence=keys))
    incident = (await api.get(f"/api/incidents/{INCIDENT}")).json()
    assert (incident["has_snapshot"], incident["has_clip"]) == (True, False)


async def test_a_clip_is_read_in_parts(world: World, api: httpx2.AsyncClient) -> None:
    await complete(world)
    movie = FILES[FileRole.CLIP]
    url = f"/api/incidents/{INCIDENT}/clip"
    part = await api.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, movie[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(movie)}"
    outside = await api.get(url, headers={"Range": f"bytes={len(movie)}-"})
    assert outside.status_code == 416


async def test_an_export_holds_all_and_is_in_the_audit_log(
    world: World, api: httpx2.AsyncClient
) -> None:
    appended = await complete(world)
    answer = await api.get(f"/api/incidents/{INCIDENT}/evidence.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="cam_01_stopped_vehicle_' in answer.headers["content-disposition"]
    archive = zipfile.ZipFile(BytesIO(answer.content))
    assert archive.testzip() is None
    assert archive.read("clip.mp4") == FILES[FileRole.CLIP]
    assert decode(archive.read("manifest.json")) == appended.manifest
    async with world.ports.database.transaction() as work:
        (entry,) = [row for row in await work.audit.list() if row.action == "incident.export"]
    assert (entry.subject, entry.actor) == (INCIDENT, "local")
    assert entry.after is not None
    assert entry.after["sha256"] == appended.sha256


@pytest.mark.parametrize("tail", ["evidence", "clip", "manifest", "evidence.zip"])
async def test_an_unknown_incident_has_no_evidence(
    world: World, api: httpx2.AsyncClient, tail: str
) -> None:
    assert (await api.get(f"/api/incidents/{UUID(int=5)}/{tail}")).status_code == 404


async def test_viewers_may_look_and_strangers_may_not(make_world: Any) -> None:
    world = await make_world(auth=True)
    await world.service.start()
    await complete(world)
    viewer = world.client(await world.user_token("vera", Role.VIEWER))
    for tail in ("evidence", "clip", "manifest", "evidence.zip"):
        url = f"/api/incidents/{INCIDENT}/{tail}"
        assert (await viewer.get(url)).status_code == 200
        assert (await world.client().get(url)).status_code == 401
