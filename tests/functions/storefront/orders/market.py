"""Shops with products, and buyers with addresses, for tests of orders. Each call is under a key of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from souk.shared.clock import new_id, utc_now
from souk.shared.money import Money
from souk.storefront.catalogue.mapping import from_product, from_shipping_profile, from_stock
from souk.storefront.catalogue.model import Product, ShippingProfile, ShippingRate, Stock
from souk.storefront.orders.model import Capture, Order, PaymentStatus
from souk.wiring import storage
from souk.wiring.orders import order_repository
from tests.functions.accounts.addresses.address_books import add
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person
from tests.unit.storefront.payments.stripe_in_process import Stripe

_NUMBERS = count(1)
MADE = datetime(2026, 11, 1, tzinfo=UTC)
PARCEL = (Decimal("6.00"), Decimal("1.50"))
STEPS = ("processing", "shipped", "delivered", "completed")
ENTRY = {"location": "Leeds", "notes": "At the depot.", "carrier": "Royal Mail", "tracking_number": "AB1"}


class Shop:
    """A seller, whose products are put where the catalogue keeps them."""

    def __init__(self, cloud: Cloud, name: str = "Vintage Vault") -> None:
        self.cloud = cloud
        email = f"{name.casefold().replace(' ', '.')}@example.com"
        self.person = Person(register(cloud, email, full_name=name, role="seller").id, ("user", "seller"))

    @property
    def id(self) -> str:
        return self.person.id

    def product(self, stock: int = 5, price: str = "40.00", currency: str = "USD", **changes: Any) -> Product:
        made = Product(
            id=new_id(),
            seller_id=self.id,
            title="Walnut Chopping Board",
            description="Solid walnut, oiled.",
            price=Money(Decimal(price), currency),
            category_id="home",
            created_at=MADE,
            updated_at=MADE,
        )
        product = replace(made, **changes)
        self.put(from_product(product))
        self.put(from_stock(Stock(product.id, stock, 1)))
        return product

    def ships(self, **changes: Any) -> str:
        """The id of a shipping profile; from the United States, and nowhere else, unless said otherwise."""
        made = ShippingProfile(
            id=new_id(),
            seller_id=self.id,
            name="Parcel",
            country="US",
            currency="USD",
            domestic=ShippingRate(*PARCEL),
            international=None,
            created_at=MADE,
            updated_at=MADE,
        )
        profile = replace(made, **changes)
        self.put(from_shipping_profile(profile))
        return profile.id

    def edit(self, product: Product, **changes: Any) -> Product:
        edited = replace(product, version=product.version + 1, **changes)
        self.put(from_product(edited))
        return edited

    def put(self, item: Mapping[str, Any]) -> None:
        serialize = TypeSerializer().serialize
        attributes = {name: serialize(value) for name, value in item.items()}
        self.cloud.client("dynamodb").put_item(TableName=self.cloud.physical["CatalogueTable"], Item=attributes)

    def call(self, function: str, order_id: str | None = None, **request: Any) -> Answer:
        params = {"order_id": order_id} if order_id else {"seller_id": self.id}
        return call(self.cloud, self.person, function, **{"params": params, **request})

    def move(self, order_id: str, *statuses: str) -> Answer:
        """The last answer of setting one status after the other."""
        answers = [self.call("change_order_status", order_id, json={"status": status}) for status in statuses]
        return answers[-1]


class Buyer:
    """Somebody with a home in New York, unless said otherwise."""

    def __init__(self, cloud: Cloud, stripe: Stripe, email: str = "jo@example.com", *, at_home: bool = True) -> None:
        self.cloud, self.stripe = cloud, stripe
        self.person = Person(register(cloud, email, full_name="Jo March").id)
        self.address = str(add(cloud, self.person).json["id"]) if at_home else ""

    @property
    def id(self) -> str:
        return self.person.id

    def call(self, function: str, order_id: str | None = None, **request: Any) -> Answer:
        params = {"id": order_id} if order_id else {"buyer_id": self.id}
        return call(self.cloud, self.person, function, **{"params": params, **request})

    def wants(self, *items: tuple[Product, int], **changes: Any) -> dict[str, Any]:
        """The body of an order."""
        return {
            "items": [{"product_id": product.id, "quantity": quantity} for product, quantity in items],
            "shipping_address_id": self.address,
            "payment_method": "card",
            **changes,
        }

    def places(self, *items: tuple[Product, int]) -> str:
        """The id of an order just placed."""
        answer = self.call("place_order", json=self.wants(*items))
        assert answer.status == 201, answer.body
        return str(answer.json["order_id"])

    def buys(self, *items: tuple[Product, int]) -> str:
        """The id of an order that is confirmed, as the vendor's event leaves it."""
        order_id = self.places(*items)
        self.has_paid(order_id)
        return order_id

    def has_paid(self, order_id: str) -> Order:
        """Pays at Stripe, and writes what the event would have written."""
        order = self.order(order_id)
        intent_id = self.stripe.pay(order_id)["payment_intent"]
        capture = Capture(order.total, intent_id, utc_now(), order.payment.session_id)
        return order_repository().save(order, order.pay(capture), utc_now())

    def loses(self, order_id: str, status: PaymentStatus = PaymentStatus.EXPIRED) -> str:
        """The id of an order that is given up, while its page can still be paid as a slow payment is."""
        order = self.order(order_id)
        return order_repository().save(order, order.close_unpaid(status), utc_now()).id

    def order(self, order_id: str) -> Order:
        """As the table has it."""
        return order_repository().get(self.id, order_id)


@contextmanager
def stripe_for(cloud: Cloud, environment: pytest.MonkeyPatch) -> Iterator[Stripe]:
    """Stripe in this process, for all functions that are called here."""
    secret = json.dumps({"stripe_api_key": "sk_test_sample", "stripe_webhook_secret": "whsec_sample"})
    cloud.client("secretsmanager").put_secret_value(SecretId=cloud.physical["VendorSecret"], SecretString=secret)
    stripe = Stripe()
    environment.setattr(storage, "http_client", lambda: stripe.client)
    yield stripe
    stripe.close()


def call(cloud: Cloud, who: Person, function: str, *, key: str | None = None, **request: Any) -> Answer:
    headers = {"idempotency-key": key or f"key-{next(_NUMBERS)}", **request.pop("headers", {})}
    return cloud.call(function, caller=who, headers=headers, **request)


def stock_of(cloud: Cloud, product: Product) -> int:
    [stock] = [item for item in rows(cloud, product) if item["sk"] == "STOCK"]
    return int(stock["available"])


def movements_of(cloud: Cloud, product: Product) -> list[tuple[int, str, str]]:
    """(units, reason, order) in order of time."""
    moved = sorted((item for item in rows(cloud, product) if "delta" in item), key=lambda item: str(item["sk"]))
    return [(int(item["delta"]), item["reason"], item["order_id"]) for item in moved]


def rows(cloud: Cloud, product: Product) -> list[dict[str, Any]]:
    return [item for item in cloud.items("CatalogueTable") if item["pk"] == f"PRODUCT#{product.id}"]


def refused(answer: Answer, status: int, code: str, **members: Any) -> None:
    assert (answer.status, answer.json["error"]) == (status, code), answer.body
    assert {name: answer.json.get(name) for name in members} == members


def untouched(cloud: Cloud, *products: Product) -> None:
    """No order was made, and nothing moved."""
    assert not [item for item in cloud.items("OrdersTable") if "fulfilments" in item]
    assert all(movements_of(cloud, product) == [] for product in products)
