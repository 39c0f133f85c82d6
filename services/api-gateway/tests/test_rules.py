"""The catalogue of rules, from which the dashboard makes its forms."""

import httpx2

from sentinel_api.testing.world import World


async def test_every_rule_has_a_form(world: World, api: httpx2.AsyncClient) -> None:
    rules = {rule["name"]: rule for rule in (await api.get("/api/rules")).json()}
    stopped = rules["stopped_vehicle"]
    assert stopped["zone_types"] == ["lane", "no_stop"]
    on_s = next(entry for entry in stopped["parameters"] if entry["name"] == "on_s")
    assert (on_s["unit"], on_s["default"], on_s["type_defaults"]) == ("s", 10.0, {"no_stop": 60.0})
    assert on_s["minimum"] < on_s["default"] < on_s["maximum"]
    for rule in rules.values():
        assert rule["summary"].endswith(".")
        for entry in rule["parameters"]:
            assert entry["description"]
            assert isinstance(entry["default"], bool) == (entry["minimum"] is None)


async def test_a_default_of_the_catalogue_is_accepted(
    world: World, api: httpx2.AsyncClient
) -> None:
    """What the form shows can be saved."""
    await world.add_camera()
    for rule in (await api.get("/api/rules")).json():
        values = {entry["name"]: entry["default"] for entry in rule["parameters"]}
        zones = [
            {
                "name": kind,
                "type": kind,
                "polygon": [[0, 0], [1, 0], [1, 1]],
                "rules": {rule["name"]: values},
            }
            for kind in rule["zone_types"]
        ]
        version = (await api.get("/api/cameras/cam_01/zones")).json()["version"]
        body = {"version": version, "zones": zones}
        if not zones:
            body["rules"] = {rule["name"]: values}
        answer = await api.put("/api/cameras/cam_01/zones", json=body)
        assert answer.status_code == 200, answer.text
