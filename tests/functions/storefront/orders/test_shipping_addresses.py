"""Where orders are shipped: how an address was written, and when, changes no tax."""

from __future__ import annotations

import pytest
from boto3.dynamodb.types import TypeSerializer

from souk.accounts.addresses.mapping import from_address
from souk.accounts.addresses.model import Address
from tests.functions.accounts.addresses.address_books import add
from tests.functions.cloud import Cloud
from tests.functions.storefront.orders.market import Buyer, Shop
from tests.functions.storefront.orders.test_placing import charge_taxes
from tests.unit.storefront.payments.stripe_in_process import Stripe

_EARLIER = {"state_code", "phone_e164"}


def _stored_earlier(cloud: Cloud, buyer: Buyer, state: str | None) -> str:
    """The id of an address as it was stored before addresses had codes."""
    address = Address(
        id="earlier",
        account_id=buyer.id,
        version=1,
        full_name="Jo March",
        line1="123 Main St",
        line2=None,
        city="New York",
        state=state,
        postal_code="10001",
        country="US",
        phone="12345",
    )
    item = {name: value for name, value in from_address(address).items() if name not in _EARLIER}
    serialize = TypeSerializer().serialize
    cloud.client("dynamodb").put_item(
        TableName=cloud.physical["IdentityTable"], Item={name: serialize(value) for name, value in item.items()}
    )
    return address.id


@pytest.mark.parametrize("state", ["NY", "ny", "New York", "US-NY", None])
@pytest.mark.parametrize("is_stored_earlier", [False, True])
def test_a_state_is_taxed_alike_however_it_is_written(
    cloud: Cloud, shop: Shop, buyer: Buyer, state: str | None, is_stored_earlier: bool
) -> None:
    charge_taxes(cloud, '{"US": {"NY": "0.08875", "*": "0"}}')
    address_id = (
        _stored_earlier(cloud, buyer, state)
        if is_stored_earlier
        else add(cloud, buyer.person, state=state, is_default=True).json["id"]
    )
    wanted = buyer.wants((shop.product(price="40.00"), 1), shipping_address_id=address_id)
    assert buyer.call("preview_order", json=wanted).json["tax"] == 3.55
    order = buyer.order(buyer.call("place_order", json=wanted).json["order_id"])
    assert order.ship_to is not None
    assert order.ship_to.state_code == "NY"
    if not is_stored_earlier:
        bought = buyer.call("buy_product", json={"product_id": shop.product(price="40.00").id, "quantity": 1}).json
        assert bought["tax"] == 3.55


def test_an_address_stored_earlier_is_read_and_edited_without_being_judged_again(
    cloud: Cloud, buyer: Buyer, stripe: Stripe
) -> None:
    address_id = _stored_earlier(cloud, buyer, "New York")
    edited = cloud.call(
        "update_address", caller=buyer.person, params={"id": address_id}, json={"address_line1": "1 High St"}
    )
    assert edited.status == 200
    assert (edited.json["state"], edited.json["state_code"], edited.json["phone_e164"]) == ("New York", None, None)


def test_the_seller_sees_what_the_buyer_wrote_and_the_codes(cloud: Cloud, shop: Shop, buyer: Buyer) -> None:
    address = add(cloud, buyer.person, state="New York", phone="(212) 555-0142", is_default=True).json
    expected = {name: value for name, value in address.items() if name not in ("id", "is_default")}
    wanted = buyer.wants((shop.product(), 1), shipping_address_id=address["id"])
    placed = buyer.call("place_order", json=wanted).json["order_id"]
    buyer.has_paid(placed)
    assert buyer.call("get_order", placed).json["shipping_address"] == expected
    [sale] = [one for one in shop.call("list_sales").json["orders"] if one["id"] == placed]
    assert sale["shipping_address"] == expected
