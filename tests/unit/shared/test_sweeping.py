"""Several sweepers in one sweep: they take turns within its time, and no failure of one keeps the others from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from souk.shared.sweeping import LEAST_LEFT, MOST_A_SWEEP, DueSweeper, Swept, Work, sweep_all, take_turns

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@dataclass
class Watch:
    """The time that a function has left; each piece of work takes `each` seconds of it."""

    left: float = 55.0
    each: float = 0.0

    def __call__(self) -> float:
        return self.left


@dataclass
class Sweeping:
    """Has `pieces` pieces of work, of which those with a number in `poisoned` fail; `done` are (name, number)."""

    name: str
    pieces: int
    done: list[tuple[str, int]]
    watch: Watch = field(default_factory=Watch)
    poisoned: frozenset[int] = frozenset()
    asked: list[bool] = field(default_factory=list)

    def work(self, *, everything: bool) -> Iterator[Work]:
        self.asked.append(everything)
        for number in range(self.pieces):
            yield partial(self._do, number)

    def _do(self, number: int) -> bool:
        self.done.append((self.name, number))
        self.watch.left -= self.watch.each
        if number in self.poisoned:
            raise RuntimeError(f"{self.name} {number} is poisoned")
        return True


@pytest.mark.parametrize("everything", [True, False])
def test_sweepers_take_turns_and_all_that_was_touched_is_counted(everything: bool) -> None:
    done: list[tuple[str, int]] = []
    many, none, few = Sweeping("many", 4, done), Sweeping("none", 0, done), Sweeping("few", 2, done)
    assert sweep_all((many, none, few), Watch(), everything=everything) == Swept(touched=6)
    assert done == [("many", 0), ("few", 0), ("many", 1), ("few", 1), ("many", 2), ("many", 3)]
    assert [one.asked for one in (many, none, few)] == [[everything]] * 3


def test_no_piece_is_begun_that_might_not_end_in_time_and_none_starves_another() -> None:
    done: list[tuple[str, int]] = []
    watch = Watch(55.0, each=5.0)
    sweepers = Sweeping("slow", 100, done, watch), Sweeping("other", 100, done, watch)
    assert sweep_all(sweepers, watch, everything=False) == Swept(touched=6, unfinished=True)
    assert [name for name, _ in done] == ["slow", "other"] * 3
    assert watch.left == LEAST_LEFT


def test_a_sweep_begins_a_limited_number_of_pieces() -> None:
    done: list[tuple[str, int]] = []
    swept = sweep_all([Sweeping("many", MOST_A_SWEEP + 1, done)], Watch(), everything=True)
    assert (swept, len(done)) == (Swept(touched=MOST_A_SWEEP, unfinished=True), MOST_A_SWEEP)


def test_failures_are_raised_after_everything_else_is_done() -> None:
    done: list[tuple[str, int]] = []
    sweepers = Sweeping("one", 3, done, poisoned=frozenset({0, 1})), Sweeping("other", 2, done)
    with pytest.raises(ExceptionGroup, match="could not be settled") as raised:
        sweep_all(sweepers, Watch(), everything=True)
    assert [str(error) for error in raised.value.exceptions] == ["one 0 is poisoned", "one 1 is poisoned"]
    assert len(done) == 5


def test_a_sweeper_that_cannot_even_look_is_reported_after_the_others() -> None:
    class Blind:
        def work(self, *, everything: bool) -> Iterator[Work]:
            raise RuntimeError(f"blind: {everything}")
            yield

    done: list[tuple[str, int]] = []
    with pytest.raises(ExceptionGroup) as raised:
        sweep_all((Blind(), Sweeping("other", 2, done)), Watch(), everything=False)
    assert [str(error) for error in raised.value.exceptions] == ["blind: False"]
    assert len(done) == 2


def test_who_was_stopped_is_told_apart_from_who_came_to_the_end() -> None:
    done: list[tuple[str, int]] = []
    many, few = Sweeping("many", MOST_A_SWEEP, done, poisoned=frozenset({0})), Sweeping("few", 2, done)
    turns = take_turns((many, few), Watch(), everything=True)
    assert (turns.stopped, turns.touched) == ([many], MOST_A_SWEEP - 1)
    assert [str(error) for error in turns.failures] == ["many 0 is poisoned"]


@dataclass
class Thing:
    due_at: datetime | None


@dataclass
class Things:
    """`found` by the index, which lags, and as they `are` now, by number."""

    found: list[int]
    are: list[Thing | None]
    settled: list[int] = field(default_factory=list)

    def due(self, _before: datetime | None) -> list[int]:
        return self.found

    def read(self, found: int) -> Thing | None:
        return self.are[found]

    def settle(self, entity: Thing, _now: datetime, *, everything: bool) -> None:
        self.settled.append(self.are.index(entity))


@pytest.mark.parametrize(("everything", "settled"), [(False, [3]), (True, [2, 3])])
def test_only_what_is_due_when_it_is_read_is_settled(everything: bool, settled: list[int]) -> None:
    minute = timedelta(minutes=1)
    things = Things([0, 1, 2, 3], [None, Thing(None), Thing(NOW + minute), Thing(NOW - minute)])
    swept = sweep_all([DueSweeper(things, lambda: NOW)], Watch(), everything=everything)
    assert (things.settled, swept["touched"]) == (settled, len(settled))
