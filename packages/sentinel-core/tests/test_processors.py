"""Cores are counted by the quota of the cgroup, not by the machine."""

import os
from pathlib import Path

import pytest

from sentinel_core.runtime.processors import available_cores, cpu_quota, has_int8_instructions


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


V2 = "proc/self/cgroup"


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({V2: "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5),
        ({V2: "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, float("inf")),
        ({V2: "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "300000 100000\n"}, 3.0),
        (
            {
                V2: "0::/a/b\n",
                "sys/fs/cgroup/a/cpu.max": "200000 100000\n",
                "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
            },
            2.0,
        ),
        ({V2: "0::/docker/of-the-host\n", "sys/fs/cgroup/cpu.max": "400000 100000"}, 4.0),
        (
            {
                V2: "4:cpu,cpuacct:/pod\n1:memory:/pod\n0::/\n",
                "sys/fs/cgroup/cpu,cpuacct/pod/cpu.cfs_quota_us": "50000\n",
                "sys/fs/cgroup/cpu,cpuacct/pod/cpu.cfs_period_us": "100000\n",
            },
            0.5,
        ),
        (
            {
                V2: "1:cpu:/\n0::/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/unified/cpu.max": "250000 100000\n",
            },
            2.5,
        ),
        ({}, float("inf")),
    ],
)
def test_the_quota_is_the_least_of_all_groups(
    tmp_path: Path, files: dict[str, str], quota: float
) -> None:
    assert cpu_quota(write(tmp_path, files)) == quota


def test_less_than_a_core_is_one_and_a_part_more_is_none(tmp_path: Path) -> None:
    half = write(tmp_path / "half", {V2: "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"})
    assert available_cores(half) == 1
    more = write(tmp_path / "more", {V2: "0::/\n", "sys/fs/cgroup/cpu.max": "190000 100000\n"})
    assert available_cores(more) == 1


def test_without_a_quota_the_affinity_counts(tmp_path: Path) -> None:
    assert available_cores(tmp_path) == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu avx2 avx512_vnni", True),
        ("flags : avx2 avx_vnni", True),
        ("Features : fp asimd asimddp", True),
        ("flags : fpu avx2", False),
    ],
)
def test_only_exact_byte_products_count_as_fast_int8(
    tmp_path: Path, flags: str, *, expected: bool
) -> None:
    assert has_int8_instructions(write(tmp_path, {"proc/cpuinfo": flags})) is expected


def test_a_machine_that_tells_nothing_has_no_fast_int8(tmp_path: Path) -> None:
    assert not has_int8_instructions(tmp_path)
