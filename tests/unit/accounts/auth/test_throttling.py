"""Attempts are limited, and attempts of others lock nobody out."""

from collections import Counter
from datetime import datetime

import pytest

from souk.accounts.auth.service.throttling import Limits, Throttle
from souk.shared.errors import TooManyRequests
from tests.unit.accounts.auth.people import FakeClock


class FakeCounters:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, datetime]] = Counter()

    def count(self, what: str, whose: str, window: datetime, until: datetime) -> int:
        assert (until - window).total_seconds() == 900
        self.counts[what, whose, window] += 1
        return self.counts[what, whose, window]


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.pauses: list[float] = []
        self.counters = FakeCounters()
        self.throttle = Throttle("login", Limits(10, 100), self.counters, self.clock, self.pauses.append)

    def try_often(self, times: int, email: str = "john@example.com", source_ip: str = "203.0.113.7") -> int:
        """How many of `times` attempts are let through."""
        admitted = 0
        for _ in range(times):
            try:
                self.throttle.count_attempt(email, source_ip)
            except TooManyRequests:
                continue
            admitted += 1
        return admitted


@pytest.fixture
def world() -> World:
    return World()


def test_ten_attempts_at_one_account_from_one_network_are_let_through(world: World) -> None:
    assert world.try_often(15) == 10


def test_a_hundred_attempts_from_one_network_are_let_through(world: World) -> None:
    assert sum(world.try_often(1, email=f"{number}@example.com") for number in range(120)) == 100


def test_attempts_from_another_network_do_not_lock_an_account(world: World) -> None:
    world.try_often(50, source_ip="198.51.100.1")
    assert world.try_often(1, source_ip="203.0.113.7") == 1


def test_attempts_at_one_account_from_many_networks_only_get_slower(world: World) -> None:
    for number in range(60):
        assert world.try_often(1, source_ip=f"203.0.113.{number}") == 1
    assert len(world.pauses) == 40
    assert world.pauses == sorted(world.pauses)
    assert world.pauses[0] == pytest.approx(0.1)
    assert max(world.pauses) <= 2.0


def test_addresses_of_one_ipv6_customer_are_one_network(world: World) -> None:
    assert sum(world.try_often(1, source_ip=f"2001:db8::{number:x}") for number in range(1, 20)) == 10


def test_a_new_window_begins_every_fifteen_minutes(world: World) -> None:
    world.try_often(20)
    world.clock.forward(900)
    assert world.try_often(20) == 10


def test_a_refusal_says_how_long_to_wait(world: World) -> None:
    world.try_often(10)
    world.clock.forward(600.5)
    with pytest.raises(TooManyRequests) as refused:
        world.throttle.count_attempt("john@example.com", "203.0.113.7")
    assert refused.value.retry_after == 300
    assert refused.value.code == "too_many_attempts"
