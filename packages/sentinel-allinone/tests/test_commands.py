"""Cameras, users, database, doctor: the command line with no system running."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel_allinone.data_directory import DataDirectory
from sentinel_allinone.testing import Sentinel


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_help_names_every_command(sentinel: Sentinel) -> None:
    shown = sentinel("--help")
    assert shown.code == 0
    for command in ("up", "detect", "camera", "user", "db", "evidence", "doctor"):
        assert command in shown.out


def test_a_camera_comes_is_listed_and_goes(sentinel: Sentinel, data_dir: Path) -> None:
    added = sentinel(
        "camera", "add", "rtsp://user:geheim@10.0.0.7/stream",
        "--name", "Toll km 39", "--at", "60.17,24.94", "--data-dir", data_dir,
    )  # fmt: skip
    assert added.code == 0, added.err
    listed = sentinel("camera", "list", "--json", "--data-dir", data_dir)
    (camera,) = json.loads(listed.out)
    assert (camera["key"], camera["status"]) == ("toll_km_39", "offline")
    assert camera["location"] == {"lat": 60.17, "lng": 24.94}
    assert "geheim" not in listed.out + added.out
    assert sentinel("camera", "remove", "toll_km_39", "--data-dir", data_dir).code == 0
    assert json.loads(sentinel("camera", "list", "--json", "--data-dir", data_dir).out) == []


def test_a_camera_is_added_with_its_options(sentinel: Sentinel, data_dir: Path) -> None:
    added = sentinel(
        "camera", "add", "rtsp://10.0.0.7/stream", "--name", "x", "--sample-fps", "2.5",
        "--transcode", "--udp", "--once", "--motion-gating", "--json", "--data-dir", data_dir,
    )  # fmt: skip
    assert added.code == 0, added.err
    wanted = {
        "sample_fps": 2.5,
        "live_view": "transcoded",
        "rtsp_transport": "udp",
        "loops": False,
        "motion_gating": True,
    }
    camera = json.loads(added.out)
    assert {name: camera[name] for name in wanted} == wanted


def test_an_empty_list_says_what_to_do(sentinel: Sentinel, data_dir: Path) -> None:
    assert "sentinel camera add" in sentinel("camera", "list", "--data-dir", data_dir).err


def test_a_taken_key_is_refused(sentinel: Sentinel, data_dir: Path) -> None:
    arguments = ("camera", "add", "rtsp://h/1", "--name", "x", "--key", "k", "--data-dir", data_dir)
    assert sentinel(*arguments).code == 0
    again = sentinel(*arguments)
    assert again.code == 1
    assert "k" in again.err


@pytest.mark.parametrize("source", ["ftp://10.0.0.7/x", "gopher://x"])
def test_a_source_of_no_known_kind_is_refused(
    sentinel: Sentinel, data_dir: Path, source: str
) -> None:
    result = sentinel("camera", "add", source, "--name", "x", "--data-dir", data_dir)
    assert result.code == 2
    assert "rtsp" in result.err


def test_removing_an_unknown_camera_fails(sentinel: Sentinel, data_dir: Path) -> None:
    result = sentinel("camera", "remove", "nobody", "--data-dir", data_dir)
    assert result.code == 1
    assert result.err.startswith("error: ")


def test_probing_says_what_a_file_holds(
    sentinel: Sentinel, data_dir: Path, clip: Path, tmp_path: Path
) -> None:
    directory = DataDirectory(data_dir)
    directory.prepare()
    video = directory.videos / "clip.mp4"
    video.write_bytes(clip.read_bytes())
    picture = tmp_path / "first.jpg"
    result = sentinel(
        "camera", "probe", video, "--json", "--snapshot", picture, "--data-dir", data_dir
    )
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert (report["codec"], report["width"], report["height"]) == ("h264", 320, 240)
    assert picture.read_bytes().startswith(b"\xff\xd8")


def test_probing_a_dead_host_gives_the_reason(sentinel: Sentinel, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    result = sentinel("camera", "probe", f"rtsp://127.0.0.1:{port}/x", "--data-dir", data_dir)
    assert result.code == 1
    assert "nothing listens" in result.err.lower()


def test_a_user_gets_a_password_once_and_a_new_one_on_demand(
    sentinel: Sentinel, data_dir: Path
) -> None:
    added = sentinel("user", "add", "ana", "--role", "operator", "--data-dir", data_dir)
    assert added.code == 0, added.err
    first = added.out.rsplit(maxsplit=1)[-1]
    reset = sentinel("user", "reset-password", "ana", "--data-dir", data_dir)
    assert reset.out.rsplit(maxsplit=1)[-1] != first
    listed = json.loads(sentinel("user", "list", "--json", "--data-dir", data_dir).out)
    assert {"ana": "operator"}.items() <= {u["name"]: u["role"] for u in listed}.items()
    assert sentinel("user", "add", "ana", "--role", "viewer", "--data-dir", data_dir).code == 1


def test_an_unknown_role_is_wrong_use(sentinel: Sentinel, data_dir: Path) -> None:
    assert sentinel("user", "add", "bo", "--role", "king", "--data-dir", data_dir).code == 2


def test_the_schema_can_be_brought_up_to_date_twice(sentinel: Sentinel, data_dir: Path) -> None:
    for _ in range(2):
        assert sentinel("db", "upgrade", "--data-dir", data_dir).code == 0


def test_the_doctor_names_each_setting_with_its_origin(sentinel: Sentinel, data_dir: Path) -> None:
    result = sentinel("doctor", "--json", "--data-dir", data_dir)
    report = json.loads(result.out)
    assert {"machine", "model", "data directory", "port"} <= {f["what"] for f in report["findings"]}
    origins = {row["name"]: row["origin"] for row in report["settings"]}
    assert origins["bus_url"] == "default"
    assert origins["data_dir"] == "flag"
    assert "secret_key" in origins


def test_a_port_in_use_is_one_line(sentinel: Sentinel, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = sentinel("up", "--port", str(port), "--data-dir", data_dir)
    assert result.code == 1
    assert f"port {port} is in use" in result.err


def test_sign_in_cannot_be_switched_off_for_the_whole_network(
    sentinel: Sentinel, data_dir: Path
) -> None:
    result = sentinel("up", "--no-auth", "--host", "0.0.0.0", "--data-dir", data_dir)  # noqa: S104 - the point
    assert result.code == 2
    assert "loopback" in result.err


def test_a_held_data_directory_is_refused(sentinel: Sentinel, data_dir: Path) -> None:
    directory = DataDirectory(data_dir)
    directory.prepare()
    with directory.held():
        result = sentinel("up", "--port", "0", "--data-dir", data_dir)
    assert result.code == 1
    assert "another sentinel is running" in result.err


def test_a_data_directory_that_cannot_be_made_is_refused(
    sentinel: Sentinel, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = sentinel("up", "--port", "0", "--data-dir", tmp_path / "file" / "data")
    assert result.code == 2
    assert "cannot be written to" in result.err


def test_a_server_that_the_embedded_mode_lacks_is_refused(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "sentinel_allinone", "up", "--port", "0"]
    result = subprocess.run(  # noqa: S603 - our own program
        [*program, "--data-dir", str(tmp_path)],
        env={"SENTINEL_BUS_URL": "kafka://127.0.0.1:9092", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "memory://" in result.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with 256 KiB of room."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(  # noqa: S603 - fixed arguments
        ["/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here (needs root)")
    yield folder
    subprocess.run(["/bin/umount", str(folder)], check=True)  # noqa: S603 - fixed arguments


def test_a_full_disk_is_said_before_anything_is_half_written(
    sentinel: Sentinel, small_disk: Path
) -> None:
    (small_disk / "ballast").write_bytes(bytes(200 * 1024))
    result = sentinel("up", "--port", "0", "--data-dir", small_disk / "data")
    assert result.code == 1
    assert "no room left" in result.err
    assert "Traceback" not in result.err


def test_secrets_and_tokens_are_readable_by_their_owner_alone(data_dir: Path) -> None:
    directory = DataDirectory(data_dir)
    directory.prepare()
    key = directory.secret_key()
    assert directory.secret_key() == key
    assert (data_dir / "secret.key").stat().st_mode & 0o777 == 0o600
