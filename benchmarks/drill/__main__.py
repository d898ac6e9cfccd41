"""`make drill`: ten kills under 30 listings and 60 orders, five minutes of rest, then five bursts with a kill each.

Prints what was in flight at each kill, how old the oldest lost write was, and what came of everything. Ends with 1
when a claim does not hold: nothing older than LOST_AT_MOST is lost, every listing is published once or in a clear
error, every paid page is a confirmed order or refunded, nothing that was paid is pending after the rest; and when there
was nothing to hold a claim to: no change answered before a kill, no listing published, no order confirmed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from benchmarks.drill import claims
from benchmarks.drill.bursts import Burst
from benchmarks.drill.journeys import Journey, ListingJourney, OrderJourney
from benchmarks.drill.ledger import Clockwork, Ledger, Made, lost
from local.testing import LocalStack
from tests.e2e.account import Heard
from tests.e2e.selling import Ebay, Seller, keep, plant
from tests.e2e.storefront.trading import Buyer, Shop, Stripe

LOST_AT_MOST: Final = 2.0
_DRAFTS, _PLANTED, _ORDERS, _PEOPLE = 10, 20, 60, 6
_GAPS: Final = (3.0, 14.0)
_LOOK_LIMIT: Final = 1800.0
_SETTINGS: Final = {
    "REGISTRATIONS_PER_NETWORK": "10000",
    "LOGINS_PER_NETWORK": "10000",
    "GENERATIONS_PER_DAY": "10000",
    "ACCESS_TOKEN_MINUTES": "60",
}


class Drill:
    """One stack, and everybody who uses it."""

    def __init__(self, stack: LocalStack, seed: int) -> None:
        self.stack = stack
        self.random = random.Random(seed)
        self.ledger = Ledger()
        self.heard = Heard()
        self.looking = ThreadPoolExecutor(4)
        self.over = threading.Event()
        self.looks: list[tuple[str, float, Future[list[Made]]]] = []
        self.broken = 0
        self.listings: list[ListingJourney] = []
        self.orders: list[OrderJourney] = []

    def prepare(self) -> None:
        """Accounts, one listing whose media were made, and what is sold; all of it saved before the first kill."""
        self.stack.start()
        self.sellers = [Seller(self.stack, self.heard) for _ in range(_PEOPLE // 2)]
        self.buyers = [Buyer(self.stack, self.heard) for _ in range(_PEOPLE)]
        self.shop = Shop(self.stack, self.heard)
        self.products = [self.shop.product(title=f"Board {n}", stock_quantity=1000) for n in range(3)]
        self.clockwork = Clockwork(self.shop, self.shop.product(title="Clockwork"))
        first = self.sellers[0]
        listing = first.create()
        first.expect(202, "POST", f"/listings/{listing}/generate-media")
        made = keep(first, listing, first.settled(listing))
        self.planted = [plant(made, self.random.choice(self.sellers)) for _ in range(_PLANTED)]
        time.sleep(2 * LOST_AT_MOST)
        self.clockwork.start()

    def set_out(self, kills: int, rest: float) -> None:
        """Start all journeys, spread over the time of the kills."""
        span = kills * (sum(_GAPS) / 2)
        until = time.monotonic() + span + kills * 120 + rest

        def common() -> tuple[Ledger, float, float, int]:
            return self.ledger, self.random.uniform(0, span), until, self.random.randrange(1 << 30)

        owners = {planted: self._owner(planted) for planted in self.planted}
        self.listings = [ListingJourney(owner, planted, *common()) for planted, owner in owners.items()]
        self.listings += [ListingJourney(self.random.choice(self.sellers), "", *common()) for _ in range(_DRAFTS)]
        self.orders = [
            OrderJourney(self.random.choice(self.buyers), self.random.choice(self.products), *common())
            for _ in range(_ORDERS)
        ]
        for journey in self.journeys:
            journey.start()

    @property
    def journeys(self) -> Sequence[Journey]:
        return [*self.listings, *self.orders]

    def _owner(self, listing: str) -> Seller:
        return next(one for one in self.sellers if one.ask("GET", f"/listings/{listing}").status_code == 200)

    def kill(self, title: str) -> float:
        """Kill, start again, and look at what is gone. Answers when the kill was (time.monotonic)."""
        flying = f"listings {claims.outcomes(self.listings)}, orders {claims.outcomes(self.orders)}"
        killed = time.monotonic()
        _, output = self.stack.kill9()
        self.clockwork.pause()
        if problem := self.clockwork.problem:
            self.note_broken(title, problem)
        self.stack.start()
        age = self.clockwork.age_of_lost(killed)
        print(f"{title}: in flight: {flying}")
        print(f"  back after {time.monotonic() - killed:.1f} s; oldest lost change: {age:.2f} s", flush=True)
        self.hold(title, age)
        # The service is busy with all that is in flight: the next kill does not wait for it.
        look = self.looking.submit(lost, self.ledger.take(), killed + _LOOK_LIMIT, self.over)
        self.looks.append((title, killed, look))
        if "error: " in output:
            self.note_broken(title, f"the terminal said {output[output.index('error: ') :][:300]}")
        return killed

    def hold(self, title: str, age: float) -> None:
        if age > LOST_AT_MOST:
            self.note_broken(title, f"a write was lost that was {age:.2f} s old")

    def note_broken(self, title: str, claim: str) -> None:
        print(f"BROKEN {title}: {claim}", flush=True)
        self.broken += 1

    def show_lost(self) -> None:
        """What had been made and was gone after each kill."""
        for title, killed, look in self.looks:
            ages = {f"{made.kind} {made.path}": killed - made.at for made in look.result()}
            print(f"  gone after {title}: {ages or 'nothing'}")
            self.hold(title, max(ages.values(), default=0))
        self.looks.clear()

    def check(self, title: str) -> None:
        """Hold the claims about listings and payments, and show what came of everything."""
        self.show_lost()
        print(f"{title}: listings {claims.outcomes(self.listings)}, orders {claims.outcomes(self.orders)}", flush=True)
        print(f"  errors: {claims.errors(self.listings) or 'none'}", flush=True)
        found = [
            *claims.listings(self.listings, Ebay(self.stack)),
            *claims.orders(self.orders),
            *claims.payments(self.orders, Stripe(self.stack)),
            *(journey.failure for journey in self.journeys if journey.failure),
        ]
        health = self.shop.ask("GET", "/healthz").status_code
        if health != 200:
            found.append(f"the health check answers {health}")
        for one in found:
            self.note_broken(title, one)

    def end(self) -> None:
        """Look for nothing any more: the interpreter ends when the looks have."""
        self.over.set()
        self.looking.shutdown(wait=False, cancel_futures=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drill")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rest", type=float, default=300.0, help="seconds after the last kill")
    parser.add_argument("--bursts", type=int, default=5)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "data", settings=_SETTINGS)
        drill = Drill(stack, arguments.seed)
        try:
            drill.prepare()
            _run(drill, arguments.kills, arguments.rest, arguments.bursts)
        finally:
            drill.end()
            stack.end()
    print(f"{drill.broken} claims are broken." if drill.broken else "Every claim held.")
    return 1 if drill.broken else 0


def _run(drill: Drill, kills: int, rest: float, bursts: int) -> None:
    drill.set_out(kills, rest)
    for number in range(1, kills + 1):
        time.sleep(drill.random.uniform(*_GAPS))
        drill.kill(f"kill {number}")
    rested = time.monotonic() + rest
    while time.monotonic() < rested and any(journey.is_alive() for journey in drill.journeys):
        time.sleep(1)
    print(f"at rest {rest - (rested - time.monotonic()):.0f} s after the last kill")
    drill.check(f"after {kills} kills")
    for number in range(1, bursts + 1):
        burst = Burst(drill.stack, drill.shop, drill.ledger)
        answered = burst.run()
        time.sleep(drill.random.uniform(0, LOST_AT_MOST))
        print(f"burst {number}: {answered}")
        killed = drill.kill(f"kill after burst {number}")
        drill.hold(f"burst {number}", burst.age_of_lost(killed))
        for problem in burst.problems:
            drill.note_broken(f"burst {number}", problem)
    if bursts:
        drill.check(f"after {bursts} bursts")
    drill.clockwork.stop()


if __name__ == "__main__":
    sys.exit(main())
