"""Vehicles that follow each other along their routes, obey the lights and avoid what stands."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sentinel_sim.city.arrivals import Arrivals, Newcomer
from sentinel_sim.city.fleet import Fleet, Label, Number
from sentinel_sim.city.following import BRAKING_M_S2, HEADWAY_S, LaneOrder, Obstacles, accelerate
from sentinel_sim.city.frame import Floats
from sentinel_sim.city.kinds import ACCELERATIONS_M_S2
from sentinel_sim.city.lane_changes import CLEAR_OF_OLD_LANE, LaneChanges, sideways
from sentinel_sim.city.plan import Plan
from sentinel_sim.city.roads import LaneTable
from sentinel_sim.city.signals import Colour

HAZARD_BERTH_M = 7.0
"""So far behind something that stands on the road one stops, to be able to drive around it."""

_TAIL_M = 8.0
_CHANGE_EVERY_STEPS = 5
_ENTRY_GAP_M = 4.0
_STOP_MARGIN_M = 1.2
_AMBER_BRAKING_M_S2 = 2.4
_LATEST_BRAKING_M_S2 = 7.0
_GENTLE_BRAKING_M_S2 = 1.5


class Traffic:
    """All vehicles that drive by themselves."""

    def __init__(self, plan: Plan, dice: np.random.Generator, ids: Iterator[int]) -> None:
        layout = plan.layout
        self.fleet = Fleet.empty()
        self._plan = plan
        self._ids = ids
        self._names = {lane.name: index for index, lane in enumerate(layout.lanes)}
        self._table = LaneTable([lane.points for lane in layout.lanes])
        self._limits = np.array([lane.limit_m_s for lane in layout.lanes])
        stops = [np.inf if lane.stop_m is None else lane.stop_m for lane in layout.lanes]
        self._stops = np.array(stops)
        self._groups = [lane.group for lane in layout.lanes]
        self._is_inside = np.array([lane.is_inside for lane in layout.lanes])
        self._route_names = list(layout.routes)
        self._routes = self._number_routes()
        self._group_of_route = [layout.lane(lanes[0]).group for lanes in layout.routes.values()]
        self._arrivals = Arrivals(plan, dice)
        self._changes = LaneChanges(plan, self._names, self._routes)
        self._breakdowns = list(enumerate(plan.breakdowns))
        self._closing: list[tuple[float, float, frozenset[int]]] = [
            (closure.begin_s, closure.end_s, frozenset(self._names[name] for name in closure.lanes))
            for closure in plan.closures
        ]
        self._order = LaneOrder(Obstacles.empty())
        self._steps = 0

    def step(self, time_s: float, step_s: float, obstacles: Obstacles) -> None:
        """Move all vehicles to the next step."""
        self._order = LaneOrder(self._things().joined(obstacles))
        self._enter(time_s)
        self._break_down(time_s)
        self._drive(time_s, step_s)
        self._advance()
        self._steps += 1
        if self._steps % _CHANGE_EVERY_STEPS == 0:
            self._order = LaneOrder(self._things().joined(obstacles))
            self._changes.consider(self.fleet, self._order, self._closed(time_s), self._desired())

    def places(self) -> tuple[Floats, Floats]:
        """Where the vehicles are, shape (n, 2), and where they head, shape (n,)."""
        numbers, lanes = self.fleet.numbers, self.fleet.labels[Label.LANE]
        places, headings = self._table.locate(lanes, numbers[Number.WAY])
        shift, slope = sideways(self.fleet)
        shift = shift + numbers[Number.SWAY]
        places[:, 0] -= np.sin(headings) * shift
        places[:, 1] += np.cos(headings) * shift
        return places, headings + np.arctan(slope)

    def is_broken_down(self) -> NDArray[np.bool_]:
        """Which vehicles stand because the plan says so, shape (n,)."""
        stop_at = self.fleet.numbers[Number.STOP_AT]
        stands: NDArray[np.bool_] = self.fleet.numbers[Number.SPEED] < 0.05
        broken_down: NDArray[np.bool_] = stands & ~np.isnan(stop_at)
        return broken_down

    def _number_routes(self) -> NDArray[np.intp]:
        routes = [
            [self._names[name] for name in lanes] for lanes in self._plan.layout.routes.values()
        ]
        longest = max((len(route) for route in routes), default=0) + 3
        return np.array(
            [route + [-1] * (longest - len(route)) for route in routes], dtype=np.intp
        ).reshape(len(routes), longest)

    def _things(self) -> Obstacles:
        """The vehicles themselves; those between two lanes are in both."""
        numbers, labels = self.fleet.numbers, self.fleet.labels
        ways, speeds, halves = numbers[Number.WAY], numbers[Number.SPEED], self.fleet.halves
        lanes, old = labels[Label.LANE], labels[Label.OLD_LANE]
        berths = np.where(self.is_broken_down(), HAZARD_BERTH_M, 0.0)
        things = Obstacles(lanes, ways, speeds, halves, berths)
        leaving = old >= 0
        if leaving.any():
            things = things.joined(
                Obstacles(old[leaving], *(entry[leaving] for entry in things[1:]))
            )
        tail = self._is_inside[lanes] & (ways < halves + _TAIL_M)
        if tail.any():
            before = self._routes[labels[Label.ROUTE, tail], labels[Label.LEG, tail] - 1]
            things = things.joined(
                Obstacles(
                    before,
                    self._table.lengths[before] + ways[tail],
                    speeds[tail],
                    halves[tail],
                    berths[tail],
                )
            )
        return things

    def _closed(self, time_s: float) -> frozenset[int]:
        closed: frozenset[int] = frozenset()
        for begin_s, end_s, lanes in self._closing:
            if begin_s <= time_s < end_s:
                closed |= lanes
        return closed

    def _enter(self, time_s: float) -> None:
        closed = self._closed(time_s)
        taken: set[int] = set()
        for newcomer in self._arrivals.due(time_s):
            route = self._route_names.index(newcomer.route)
            lane = int(self._routes[route, 0])
            if lane in closed and newcomer.may_be_turned_away:
                continue
            if lane in closed or lane in taken or not self._put(newcomer, route, lane):
                self._arrivals.put_back(newcomer)
            # One in a step, and nobody overtakes who waits to come in.
            taken.add(lane)

    def _put(self, newcomer: Newcomer, route: int, lane: int) -> bool:
        """Let a vehicle in, if there is room for it."""
        rears, speeds, _ = self._order.ahead(np.array([lane]), np.array([-1.0]))
        gap = float(rears[0]) - newcomer.length_m
        desired = newcomer.factor * float(self._limits[lane])
        spare = gap - _ENTRY_GAP_M - HEADWAY_S * min(desired, float(speeds[0]))
        if spare < 0.0:
            return False
        speed = min(desired, float(speeds[0]) + spare / 4.0)
        numbers = np.zeros(len(Number))
        numbers[Number.WAY] = newcomer.length_m / 2.0
        numbers[Number.SPEED] = speed
        numbers[Number.FACTOR] = newcomer.factor
        numbers[Number.SWAY] = newcomer.sway_m
        numbers[Number.SHIFT_LENGTH] = 1.0
        numbers[Number.STOP_AT] = np.nan
        labels = np.array([next(self._ids), newcomer.kind, route, 0, lane, -1, -1], dtype=np.intp)
        self.fleet.append(numbers, labels)
        return True

    def _break_down(self, time_s: float) -> None:
        numbers, labels = self.fleet.numbers, self.fleet.labels
        for index, breakdown in list(self._breakdowns):
            if time_s < breakdown.after_s:
                continue
            left = breakdown.at_m - numbers[Number.WAY]
            needed = numbers[Number.SPEED] ** 2 / (2.0 * BRAKING_M_S2) + 4.0
            fit = (labels[Label.LANE] == self._names[breakdown.lane]) & (left > needed)
            fit &= np.isnan(numbers[Number.STOP_AT])
            if fit.any():
                row = int(np.where(fit, left, np.inf).argmin())
                numbers[Number.STOP_AT, row] = breakdown.at_m
                numbers[Number.WAIT_UNTIL, row] = np.inf
                labels[Label.BREAKDOWN, row] = index
                self._breakdowns.remove((index, breakdown))
        stands = self.is_broken_down() & np.isinf(numbers[Number.WAIT_UNTIL])
        for row in np.flatnonzero(stands).tolist():
            if abs(numbers[Number.STOP_AT, row] - numbers[Number.WAY, row]) < 0.5:
                breakdown = self._plan.breakdowns[labels[Label.BREAKDOWN, row]]
                numbers[Number.WAIT_UNTIL, row] = time_s + breakdown.duration_s
        numbers[Number.STOP_AT, numbers[Number.WAIT_UNTIL] <= time_s] = np.nan
        numbers[Number.WAIT_UNTIL, numbers[Number.WAIT_UNTIL] <= time_s] = np.inf

    def _desired(self) -> Floats:
        labels = self.fleet.labels
        desired: Floats = self.fleet.numbers[Number.FACTOR] * self._limits[labels[Label.LANE]]
        return desired

    def _drive(self, time_s: float, step_s: float) -> None:
        numbers, labels = self.fleet.numbers, self.fleet.labels
        if not len(self.fleet):
            return
        ways, speeds, halves = numbers[Number.WAY], numbers[Number.SPEED], self.fleet.halves
        gaps, leader_speeds = self._leaders()
        stop_gaps = self._stop_gaps(time_s, ways + halves, speeds)
        is_red_nearer = stop_gaps < gaps
        gaps = np.where(is_red_nearer, stop_gaps, gaps)
        leader_speeds = np.where(is_red_nearer, 0.0, leader_speeds)
        limits = ACCELERATIONS_M_S2[labels[Label.KIND]]
        rates = accelerate(speeds, self._allowed(time_s), limits, gaps, leader_speeds)
        left = np.maximum(numbers[Number.STOP_AT] - ways, 0.02)
        braking = speeds**2 / (2.0 * left)
        rates = np.where(braking > BRAKING_M_S2, np.minimum(rates, -braking), rates)
        # At the very place of a breakdown nothing may make it creep on.
        rates = np.where(left <= 0.1, -speeds / step_s, rates)
        after = np.maximum(0.0, speeds + rates * step_s)
        # Whoever comes to rest within the step gets no further than its braking distance.
        rest = np.where(after > 0.0, step_s, np.minimum(step_s, speeds / np.maximum(-rates, 1e-9)))
        numbers[Number.WAY] = ways + (speeds + after) / 2.0 * rest
        numbers[Number.SPEED] = after

    def _leaders(self) -> tuple[Floats, Floats]:
        """Free way to what is ahead on the route, and its speed."""
        numbers, labels = self.fleet.numbers, self.fleet.labels
        ways = numbers[Number.WAY]
        travelled = -ways - self.fleet.halves
        lanes, legs = labels[Label.LANE], labels[Label.LEG]
        rears, speeds, berths = self._order.ahead(lanes, ways)
        gaps = rears - berths + travelled
        for further in (1, 2):
            travelled = travelled + self._table.lengths[lanes]
            lanes = self._routes[labels[Label.ROUTE], legs + further]
            if not (lanes >= 0).any():
                break
            rears, ahead_speeds, _ = self._order.ahead(lanes, np.full(len(ways), -1.0))
            is_first = np.isinf(gaps) & (lanes >= 0)
            gaps = np.where(is_first, rears + travelled, gaps)
            speeds = np.where(is_first, ahead_speeds, speeds)
        leaving = labels[Label.OLD_LANE] >= 0
        if leaving.any():
            rears, old_speeds, _ = self._order.ahead(labels[Label.OLD_LANE], ways)
            old_gaps = np.where(leaving, rears - ways - self.fleet.halves, np.inf)
            # What it will be clear of before it gets there does not hold it up.
            swing = CLEAR_OF_OLD_LANE * numbers[Number.SHIFT_LENGTH]
            is_nearer = (old_gaps < gaps) & (old_gaps > 0.0)
            is_nearer &= old_gaps < swing - (ways - numbers[Number.SHIFT_FROM])
            gaps = np.where(is_nearer, old_gaps, gaps)
            speeds = np.where(is_nearer, old_speeds, speeds)
        return gaps, speeds

    def _stop_gaps(self, time_s: float, fronts: Floats, speeds: Floats) -> Floats:
        """Free way to a stop line that one has to stop at, infinite where there is none."""
        lanes = self.fleet.labels[Label.LANE]
        left = self._stops[lanes] - fronts
        if not np.isfinite(left).any():
            return np.full(len(left), np.inf)
        colours = self._colours(time_s)[lanes]
        needed = speeds**2 / (2.0 * np.maximum(left, 0.3))
        is_told = (colours == Colour.RED) & (needed < _LATEST_BRAKING_M_S2)
        is_told |= (colours == Colour.AMBER) & (needed < _AMBER_BRAKING_M_S2)
        return np.where(is_told & (left > -0.3), left + _STOP_MARGIN_M, np.inf)

    def _colours(self, time_s: float) -> NDArray[np.int64]:
        """Of each lane; red also while others are still inside the junction."""
        labels = self.fleet.labels
        inside = np.unique(labels[Label.ROUTE, self._is_inside[labels[Label.LANE]]]).tolist()
        crossing = {self._group_of_route[route] for route in inside}
        signals = self._plan.layout.signals
        by_group = {
            group: Colour.RED if crossing - {group} else signals.colour(group, time_s)
            for group in set(self._groups)
            if group
        }
        return np.array([by_group.get(group, Colour.GREEN) for group in self._groups])

    def _allowed(self, time_s: float) -> Floats:
        """What each may and wants to drive, with an eye on slower lanes ahead."""
        numbers, labels = self.fleet.numbers, self.fleet.labels
        lanes, factors = labels[Label.LANE], numbers[Number.FACTOR]
        allowed: Floats = factors * self._limits[lanes]
        following = self._routes[labels[Label.ROUTE], labels[Label.LEG] + 1]
        left = np.maximum(self._table.lengths[lanes] - numbers[Number.WAY], 0.0)
        then = np.where(following >= 0, factors * self._limits[following], np.inf)
        allowed = np.minimum(allowed, np.sqrt(then**2 + 2.0 * _GENTLE_BRAKING_M_S2 * left))
        for slowdown in self._plan.slowdowns:
            if slowdown.begin_s <= time_s < slowdown.end_s:
                ways = numbers[Number.WAY]
                is_in = lanes == self._names[slowdown.lane]
                is_in &= (ways >= slowdown.begin_m) & (ways < slowdown.end_m)
                allowed = np.where(is_in, np.minimum(allowed, slowdown.limit_m_s), allowed)
        return allowed

    def _advance(self) -> None:
        """On to the next lane of the route, or away."""
        numbers, labels = self.fleet.numbers, self.fleet.labels
        lengths = self._table.lengths[labels[Label.LANE]]
        done = np.flatnonzero(numbers[Number.WAY] >= lengths)
        if len(done):
            numbers[Number.WAY, done] -= lengths[done]
            labels[Label.LEG, done] += 1
            labels[Label.LANE, done] = self._routes[
                labels[Label.ROUTE, done], labels[Label.LEG, done]
            ]
        leaving = labels[Label.OLD_LANE] >= 0
        progress = numbers[Number.WAY] - numbers[Number.SHIFT_FROM]
        is_over = progress >= CLEAR_OF_OLD_LANE * numbers[Number.SHIFT_LENGTH]
        labels[Label.OLD_LANE, leaving & is_over] = -1
        if (labels[Label.LANE] < 0).any():
            self.fleet.keep(labels[Label.LANE] >= 0)
