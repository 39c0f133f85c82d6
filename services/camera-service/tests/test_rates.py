"""The rates of a node: fair, within floor and wish, and near what inference takes."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_camera.sampling.budget import LearnedBudget, Outcomes, share_fairly
from sentinel_camera.sampling.camera_rate import CameraRate
from sentinel_camera.sampling.rates import NodeRates, RateLimits
from sentinel_core.domain.frames import DropReason, FrameLedger
from sentinel_core.testing.builders import make_camera
from sentinel_core.testing.clock import ManualClock

wishes = st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0.1, 30.0), max_size=12)
budgets = st.floats(0.0, 400.0)
floors = st.floats(0.1, 5.0)


@given(budgets, wishes, floors)
def test_everybody_gets_between_floor_and_wish(
    budget: float, wanted: dict[str, float], floor: float
) -> None:
    rates = share_fairly(budget, wanted, floor)
    assert rates.keys() == wanted.keys()
    for key, rate in rates.items():
        assert min(floor, wanted[key]) - 1e-9 <= rate <= wanted[key]


@given(budgets, wishes, floors)
def test_the_budget_is_used_up_and_not_exceeded(
    budget: float, wanted: dict[str, float], floor: float
) -> None:
    promised = sum(min(floor, wish) for wish in wanted.values())
    expected = max(promised, min(budget, sum(wanted.values())))
    assert sum(share_fairly(budget, wanted, floor).values()) == pytest.approx(expected)


@given(budgets, wishes, floors)
def test_nobody_gets_less_than_another_who_did_not_want_less(
    budget: float, wanted: dict[str, float], floor: float
) -> None:
    rates = share_fairly(budget, wanted, floor)
    highest = max(rates.values(), default=0.0)
    for key, rate in rates.items():
        assert rate >= min(wanted[key], highest) - 1e-6


@given(budgets, st.floats(0.0, 50.0), wishes, floors)
def test_more_budget_takes_from_nobody(
    budget: float, more: float, wanted: dict[str, float], floor: float
) -> None:
    before, after = (share_fairly(total, wanted, floor) for total in (budget, budget + more))
    assert all(after[key] >= before[key] - 1e-6 for key in wanted)


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(0, 100), st.none() | st.floats(0, 2)),
        max_size=60,
    )
)
def test_a_learned_budget_stays_between_nothing_and_the_wish(
    periods: list[tuple[int, int, float | None]],
) -> None:
    budget, before = LearnedBudget(0.4), 50.0
    for inferred, overdue, latency_s in periods:
        outcomes = Outcomes(inferred=inferred, overdue=overdue, latency_s=latency_s)
        after = budget.update(outcomes, 1.0, wanted_fps=50.0, promised_fps=4.0)
        assert 4.0 <= after <= 50.0
        assert after >= before / 2
        assert after <= before + 5.0 + 1e-9
        before = after


def test_a_decrease_is_looked_at_before_the_next() -> None:
    budget = LearnedBudget(0.4)
    late = Outcomes(inferred=30, overdue=20)
    assert budget.update(late, 1.0, wanted_fps=50.0, promised_fps=4.0) == 30.0
    assert budget.update(late, 1.0, wanted_fps=50.0, promised_fps=4.0) == 30.0
    assert budget.update(late, 1.0, wanted_fps=50.0, promised_fps=4.0) == pytest.approx(25.5)


def test_what_was_slow_for_a_moment_is_back_soon() -> None:
    budget = LearnedBudget(0.4)
    late, fine = Outcomes(inferred=0, overdue=50), Outcomes(inferred=20, overdue=0)
    for _ in range(9):
        budget.update(late, 1.0, wanted_fps=50.0, promised_fps=10.0)
    grown = [budget.update(fine, 1.0, wanted_fps=50.0, promised_fps=10.0) for _ in range(13)]
    assert grown == pytest.approx([11, 12, 13, 14, 15, 20, 25, 30, 35, 40, 45, 50, 50])


def test_latency_alone_is_overload() -> None:
    budget = LearnedBudget(0.4)
    slow = Outcomes(inferred=50, overdue=0, latency_s=0.45)
    assert budget.update(slow, 1.0, wanted_fps=50.0, promised_fps=4.0) == pytest.approx(42.5)


def test_new_cameras_start_at_their_wish_where_nothing_is_short() -> None:
    budget = LearnedBudget(0.4)
    fine = Outcomes(inferred=20, overdue=0)
    assert budget.update(fine, 1.0, wanted_fps=20.0, promised_fps=4.0) == 20.0
    assert budget.update(fine, 1.0, wanted_fps=60.0, promised_fps=4.0) == 60.0


@dataclass
class Node:
    """Cameras with an inference of a given capacity, simulated second by second."""

    wanted: dict[str, float]
    capacity_fps: float
    node_budget_fps: float | None = None
    clock: ManualClock = field(default_factory=ManualClock)
    cameras: dict[str, CameraRate] = field(default_factory=dict)
    told: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledgers = {key: FrameLedger() for key in self.wanted}
        for key, wanted in self.wanted.items():
            camera = CameraRate(self.ledgers[key])
            camera.begin(make_camera(key=key, sample_fps=wanted, source_url="rtsp://a/b"))
            self.told[key] = []
            camera.attach(self.told[key].append)
            camera.is_online = True
            self.cameras[key] = camera
        limits = RateLimits(
            floor_fps=2.0, node_budget_fps=self.node_budget_fps, staleness_budget_s=0.5
        )
        self.rates = NodeRates(lambda: self.cameras, limits, self.clock)
        self.backlog = dict.fromkeys(self.wanted, 0.0)

    @property
    def total_fps(self) -> float:
        return sum(camera.rate_fps for camera in self.cameras.values())

    async def pass_second(self) -> None:
        share = min(1.0, self.capacity_fps / self.total_fps)
        for key, camera in self.cameras.items():
            self.backlog[key] += camera.rate_fps
            due, self.backlog[key] = divmod(self.backlog[key], 1.0)
            taken = round(due * share)
            for number in range(int(due)):
                self.ledgers[key].capture()
                if number < taken:
                    self.ledgers[key].infer()
                    camera.note_latency(0.05)
                else:
                    self.ledgers[key].drop(DropReason.QUEUE_FULL)
        await self.clock.advance(1.0)
        self.rates.adapt()


async def test_without_overload_everybody_gets_what_it_wants() -> None:
    node = Node({"a": 10.0, "b": 5.0, "c": 2.5}, capacity_fps=100.0)
    for _ in range(10):
        await node.pass_second()
    assert [camera.rate_fps for camera in node.cameras.values()] == [10.0, 5.0, 2.5]
    assert node.told == {"a": [], "b": [], "c": []}


async def test_the_rates_find_the_capacity_and_follow_it() -> None:
    node = Node({"a": 10.0, "b": 10.0, "c": 10.0, "d": 3.0}, capacity_fps=20.0)
    for capacity_fps in (20.0, 12.0, 28.0):
        node.capacity_fps = capacity_fps
        for _ in range(40):
            await node.pass_second()
        totals = []
        for _ in range(40):
            await node.pass_second()
            totals.append(node.total_fps)
        assert sum(totals) / 40 == pytest.approx(capacity_fps, rel=0.2)
        assert min(totals) > 0.5 * capacity_fps
    node.capacity_fps = 1_000.0
    for _ in range(60):
        await node.pass_second()
    assert node.total_fps == 33.0


async def test_one_slow_frame_is_no_overload() -> None:
    node = Node({"a": 10.0}, capacity_fps=100.0)
    for _ in range(5):
        for _ in range(4):
            node.cameras["a"].note_latency(2.0)
        await node.pass_second()
    assert node.total_fps == 10.0
    for _ in range(30):
        node.cameras["a"].note_latency(2.0)
    await node.pass_second()
    assert node.total_fps < 10.0


async def test_the_floor_holds_whatever_happens() -> None:
    node = Node({"a": 10.0, "b": 10.0, "c": 1.0}, capacity_fps=1.0)
    for _ in range(60):
        await node.pass_second()
    assert [camera.rate_fps for camera in node.cameras.values()] == [2.0, 2.0, 1.0]
    node.capacity_fps = 100.0
    for _ in range(4):
        await node.pass_second()
    assert node.cameras["a"].rate_fps > 2.0


async def test_a_given_budget_is_shared_at_once() -> None:
    node = Node({"a": 10.0, "b": 10.0, "c": 3.0}, capacity_fps=100.0, node_budget_fps=15.0)
    await node.pass_second()
    assert [camera.rate_fps for camera in node.cameras.values()] == [6.0, 6.0, 3.0]
    assert node.told == {"a": [6.0], "b": [6.0], "c": []}
    node.cameras["b"].is_online = False
    await node.pass_second()
    assert node.cameras["a"].rate_fps == 10.0


async def test_a_new_worker_is_told_the_rate() -> None:
    node = Node({"a": 10.0}, capacity_fps=100.0, node_budget_fps=4.0)
    await node.pass_second()
    camera = node.cameras["a"]
    camera.detach()
    again: list[float] = []
    camera.attach(again.append)
    assert again == [4.0]


async def test_a_file_that_is_read_once_is_left_alone() -> None:
    node = Node({"a": 10.0}, capacity_fps=1.0)
    node.cameras["a"].begin(make_camera(sample_fps=10.0, source_url="/a.mp4", loops=False))
    for _ in range(20):
        await node.pass_second()
    assert node.told == {"a": []}
