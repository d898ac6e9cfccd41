"""Read what is ordered, write it in one transaction under an idempotency key, and open a page at Stripe."""

from __future__ import annotations

import json
import os
import time
from typing import Any
from urllib.parse import urlencode

from benchmarks.compared.aws import client, from_item, to_item
from benchmarks.compared.vendor import http

BODY = "souk.storefront.orders.schemas:NewOrder"
RETURNS = "souk.storefront.orders.schemas:PlacedOrder"

_ORDER_ID = "01a224d9-e948-727e-bfa0-68ae52dca07b"
_NOW = "2026-11-29T01:09:50.536Z"

dynamodb, secretsmanager = client("dynamodb"), client("secretsmanager")


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    buyer_id = event["requestContext"]["authorizer"]["lambda"]["subject"]
    _read_all("ACCOUNT", "POSTAL", "PRODUCT")
    _read_all("SHOP", "SHIPPING")
    json.loads(secretsmanager.get_secret_value(SecretId="TaxRatesSecret")["SecretString"])
    part = {
        "seller_id": "01a224d9-da18-7050-969b-34fc33645fab",
        "seller_name": "Vintage Vault",
        "status": "pending",
        "lines": [{"id": "1", "product_id": "p", "title": "Walnut Chopping Board", "unit_minor": 4000, "quantity": 1}],
        "shipping_minor": 600,
        "tax_minor": 0,
        "version": 1,
    }
    order = {
        "pk": f"USER#{buyer_id}",
        "sk": f"ORDER#{_ORDER_ID}",
        "id": _ORDER_ID,
        "buyer_id": buyer_id,
        "buyer_name": "Jo March",
        "buyer_email": "jo@example.com",
        "currency": "USD",
        "status": "pending",
        "total_minor": 4600,
        "fulfilments": [part],
        "payment": {"status": "awaiting", "attempt": 1, "expires_at": _NOW, "due_at": _NOW},
        "refunds": [],
        "ship_to": {"full_name": "John Doe", "line1": "123 Main St", "city": "New York", "country": "US"},
        "run": 1,
        "hold_until": _NOW,
        "due_at": _NOW,
        "due_shard": "DUE#3",
        "version": 1,
        "created_at": _NOW,
        "updated_at": _NOW,
    }
    _write(event, buyer_id, order, part)
    secrets = json.loads(secretsmanager.get_secret_value(SecretId="VendorSecret")["SecretString"])
    page = _open_page(secrets["stripe_api_key"], buyer_id)
    opened = {**order["payment"], "session_id": page["id"], "url": page["url"]}
    dynamodb.put_item(TableName="OrdersTable", Item=to_item({**order, "payment": opened, "version": 2}))


def _read_all(*kinds: str) -> None:
    keys = [to_item({"pk": f"{kind}#1", "sk": kind}) for kind in kinds]
    answer = dynamodb.batch_get_item(RequestItems={"CatalogueTable": {"Keys": keys, "ConsistentRead": True}})
    for items in answer["Responses"].values():
        for item in items:
            from_item(item)


def _write(event: dict[str, Any], buyer_id: str, order: dict[str, Any], part: dict[str, Any]) -> None:
    now = int(time.time())
    key_record = {
        "pk": f"IDEMPOTENCY#{buyer_id}",
        "sk": f"PlaceOrderFunction#{event['headers']['idempotency-key']}",
        "body_digest": "974ff3b7ca4d04ebe0217d70d0e8f6b43b58fd14ee5243ed6e7cd5c37c880896",
        "entity_id": _ORDER_ID,
        "expires_at": now + 86_400,
    }
    unused = {
        "ConditionExpression": "attribute_not_exists(#pk) OR #expires_at < :now",
        "ExpressionAttributeNames": {"#pk": "pk", "#expires_at": "expires_at"},
        "ExpressionAttributeValues": to_item({":now": now}),
    }
    tracking = {"pk": f"ORDER#{_ORDER_ID}", "sk": "TRACKING", "buyer_id": buyer_id, "entries": []}
    sale = {"pk": "USER#seller", "sk": f"SALE#{_ORDER_ID}", "order_id": _ORDER_ID, "fulfilment": part}
    moved = {"pk": "PRODUCT#1", "sk": "MOVEMENT#1", "delta": -1, "reason": "order_placed", "order_id": _ORDER_ID}
    written = [(order, "OrdersTable"), (tracking, "OrdersTable"), (sale, "OrdersTable"), (moved, "CatalogueTable")]
    stock = {
        "TableName": "CatalogueTable",
        "Key": to_item({"pk": "PRODUCT#1", "sk": "STOCK"}),
        "UpdateExpression": "SET #available = #available + :delta",
        "ConditionExpression": "#available >= :needed",
        "ExpressionAttributeNames": {"#available": "available"},
        "ExpressionAttributeValues": to_item({":delta": -1, ":needed": 1}),
    }
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "OrdersTable", "Item": to_item(key_record), **unused}},
            *({"Put": {"TableName": table, "Item": to_item(item)}} for item, table in written),
            {"Update": stock},
        ],
        ClientRequestToken=_ORDER_ID,
    )


def _open_page(key: str, buyer_id: str) -> dict[str, Any]:
    form = {
        "mode": "payment",
        "success_url": "https://shop.example/ok",
        "metadata[order]": _ORDER_ID,
        "metadata[buyer]": buyer_id,
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": 4600,
        "line_items[0][price_data][product_data][name]": "Walnut Chopping Board",
    }
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"order-{_ORDER_ID}-checkout-1"}
    url = f"{os.environ['STRIPE_API_URL']}/v1/checkout/sessions"
    page: dict[str, Any] = json.loads(http.request("POST", url, headers=headers, body=urlencode(form)).data)
    return page
