"""The whole of orders in virtual time: functions, tables, stream, workflow, bank, two sellers, and buyers."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from souk.accounts.addresses.model import Address
from souk.accounts.addresses.repository import AddressRepository
from souk.accounts.auth.keys import account_key
from souk.accounts.profiles.keys import profile_key
from souk.aws.items import to_attributes
from souk.aws.tables import Tables, from_stream
from souk.http import waiting
from souk.shared.clock import from_wire, to_wire
from souk.shared.money import Money
from souk.storefront.catalogue.mapping import from_product, from_stock
from souk.storefront.catalogue.model import Product, Stock
from souk.storefront.orders.mapping import to_order
from souk.storefront.orders.model import Order
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop, Verification
from tests.functions.cloud import sample
from tests.harness.simulation import Answer, Machinery, Simulation, Stuck, entered
from tests.harness.storefront.orders.bank import Bank

ORDERS: Final = "OrdersTable"
CATALOGUE: Final = "CatalogueTable"
IDENTITY: Final = "IdentityTable"
ANNA, BORIS = "seller-anna", "seller-boris"
BEA, CARL, OLGA = "buyer-bea", "buyer-carl", "operator-olga"
STOCK: Final = {"camera": 5, "lens": 9, "tripod": 4}
"""What there is of each product at first; Anna sells cameras and lenses, Boris tripods."""
_SELLERS: Final = {"camera": ANNA, "lens": ANNA, "tripod": BORIS}
_PRICES: Final = {"camera": 14950, "lens": 4999, "tripod": 2501}
_ROLES: Final = {
    ANNA: "user seller",
    BORIS: "user seller",
    BEA: "user buyer",
    CARL: "user buyer",
    OLGA: "user Operator",
}
_TAX: Final = Decimal("0.08875")
_SECRET: Final = "whsec_harness"
_TRIES: Final = 30
_MACHINERY: Final = Machinery(
    table=ORDERS,
    workflow="OrderWorkflow",
    definition="order",
    dispatcher="dispatch_orders",
    sweeper="sweep_orders",
)


class Market(Simulation):
    """Made by `market()`. `holding`: the bank's events stay in `outbox` until `deliver` or `drop_events`."""

    def __init__(self) -> None:
        super().__init__(_MACHINERY)
        self.outbox: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.holding = False
        self.alarms: list[str] = []
        self.bank = Bank(self.clock, self.faults, self._tell)
        self._tries = 0
        self._keys = 0
        self._furnish()

    # Calling functions -----------------------------------------------------------------------------------------------

    def call(
        self,
        path: str,
        caller: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Any = None,
        key: str | None = None,
    ) -> Answer:
        """One HTTP request to `<domain>/<verb_noun>` by `caller`."""
        event = sample(path)
        event["requestContext"]["authorizer"]["lambda"] |= {"subject": caller, "roles": _ROLES[caller]}
        event["pathParameters"] = dict(params or {})
        event["headers"].pop("idempotency-key", None)
        event["rawPath"] = "/".join((path, *event["pathParameters"].values()))
        if key is not None:
            event["headers"]["idempotency-key"] = key
        event["headers"]["content-type"] = "application/json"
        event["body"], event["isBase64Encoded"] = b64encode(json.dumps(body or {}).encode()).decode(), True
        return self.answer(path, event)

    def new_key(self) -> str:
        """An Idempotency-Key that no call had before."""
        self._keys += 1
        return f"key-{self._keys}"

    def persist(self, path: str, caller: str, params: Mapping[str, str] | None = None, **request: Any) -> Answer:
        """Call, and again under the same key while the answer is that of a fault: what a good client does."""
        for _ in range(5):
            answer = self.call(path, caller, params, **request)
            if answer.status < 500:
                return answer
        raise Stuck(f"{path} goes on answering {answer.status}: {answer.body}")

    # The bank's events -----------------------------------------------------------------------------------------------

    def _tell(self, event: dict[str, Any]) -> None:
        self.outbox += [event] * (2 if self.twice else 1)
        self.sent.append(event)

    def happen(self) -> bool:
        """Pages expire, and the bank's events arrive; one that is not taken comes again, after the others."""
        if self.bank.expire_overdue():
            return True
        if not self.outbox or self.holding:
            return False
        event = self.outbox.pop(0)
        if self.deliver(event) == 200:
            self._tries = 0
            return True
        self._tries += 1
        assert self._tries < _TRIES, f"the bank gave up sending {event['type']}"
        self.outbox.append(event)
        return True

    def next_tick(self) -> datetime:
        """The first that finds something due: those before it would find nothing."""
        due = [from_wire(item["due_at"]["S"]) for item in self.overdue_to_come()]
        tick = super().next_tick()
        return max(tick, min(due, default=tick))

    def deliver(self, event: Mapping[str, Any]) -> int:
        """Deliver one event. Returns the status of the answer."""
        request = sample("receive_webhook")
        body = json.dumps(event)
        at = int(self.clock().timestamp())
        mac = hmac.new(_SECRET.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        request["headers"]["stripe-signature"] = f"t={at},v1={mac}"
        request["body"], request["isBase64Encoded"] = b64encode(body.encode()).decode(), True
        return self.answer("receive_webhook", request).status

    def drop_events(self) -> None:
        super().drop_events()
        self.outbox.clear()

    def settle_until_no_event_waits(self) -> None:
        """Do all work that needs no time to pass; orders that nobody has paid stay pending."""
        self.run_what_can()
        assert not self.outbox

    def try_sweep(self) -> None:
        """One tick of the schedule that may fail: the bank does not answer."""
        with suppress(ExceptionGroup):
            self.sweep()

    def pass_time(self, seconds: float) -> None:
        """What a function that waits for something does."""
        self.clock.advance(timedelta(seconds=seconds))

    # Looking ---------------------------------------------------------------------------------------------------------

    def orders(self) -> list[Order]:
        found = [from_stream(item) or {} for item in self.store.items(ORDERS)]
        return [to_order(item) for item in found if item["pk"].startswith("USER#") and item["sk"].startswith("ORDER#")]

    def order(self, order_id: str) -> Order:
        return next(order for order in self.orders() if order.id == order_id)

    def available(self, product_id: str) -> int:
        item = from_stream(self.store.item(CATALOGUE, to_attributes({"pk": f"PRODUCT#{product_id}", "sk": "STOCK"})))
        assert item is not None
        return int(item["available"])

    # Furnishing ------------------------------------------------------------------------------------------------------

    def _furnish(self) -> None:
        now = self.clock()
        for seller_id in (ANNA, BORIS):
            self._put(CATALOGUE, from_shop(Shop(seller_id, seller_id, Verification.UNVERIFIED, 1, now, now)))
        for name, seller_id in _SELLERS.items():
            price = Money.from_minor(_PRICES[name], "USD")
            self._put(CATALOGUE, from_product(Product(name, seller_id, name, "", price, "cameras", now, now)))
            self._put(CATALOGUE, from_stock(Stock(name, STOCK[name], 1)))
        for person, roles in _ROLES.items():
            email = f"{person}@example.com"
            account = {"id": person, "email": email, "full_name": person, "roles": roles.split()}
            self._put(IDENTITY, {**account_key(person), **account, "created_at": to_wire(now), "standing": "active"})
            self._put(IDENTITY, {**profile_key(person), "id": person, "email": email, "version": 1, "addresses": 0})
        addresses = AddressRepository(Tables(self.store), IDENTITY)  # type: ignore[arg-type]
        for buyer in (BEA, CARL):
            home = Address(
                full_name=buyer,
                line1="1 Main Street",
                line2=None,
                city="Albany",
                state="NY",
                postal_code="12207",
                country="US",
                phone=None,
                id="home",
                account_id=buyer,
                version=1,
            )
            addresses.add(home, now, becomes_default=True, idempotency=None)
        self.store.stream.clear()

    def _put(self, table: str, item: Mapping[str, Any]) -> None:
        self.store.put_item(TableName=table, Item=to_attributes(item))


_current: list[Market] = []


def _market() -> Market:
    return _current[-1]


@contextmanager
def market() -> Iterator[Market]:
    """A market of its own; the wiring reaches it until it is left."""
    with entered(Market(), _stand_ins(), _current) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr("souk.aws.logging.raise_alarm", lambda alarm, **_: made.alarms.append(alarm.value))
        assert waiting.wait_until.__kwdefaults__ is not None
        patch.setitem(waiting.wait_until.__kwdefaults__, "pause", made.pass_time)
        patch.setitem(waiting.wait_until.__kwdefaults__, "monotonic", lambda: made.clock().timestamp())
        yield made


class _OneRate:
    """The same tax everywhere."""

    def get(self) -> _OneRate:
        return self

    def rate(self, _country: str, *_states: str | None) -> Decimal:
        return _TAX

    def depends_on_state(self, _country: str) -> bool:
        return False


def _stand_ins() -> dict[str, Callable[..., Any]]:
    return {
        "storage.tables": lambda: Tables(_market().client("dynamodb"), pause=lambda _seconds: None, jitter=lambda: 0.0),
        "storage.vendor_secret": lambda _name: _SECRET,
        "orders.tax_rates": _OneRate,
        "payments.payments": lambda: _market().bank,
        "auth.reload_caller": lambda caller: caller,
    }
