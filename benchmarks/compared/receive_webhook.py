"""Check a vendor's signature, read an order and write it in a transaction."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from benchmarks.compared.aws import client, from_item, to_item
from benchmarks.compared.gateway import body_of

BODY = "souk.storefront.payments.schemas:VendorEvent"
RETURNS = "souk.storefront.payments.schemas:EventReceipt"

dynamodb, secretsmanager = client("dynamodb"), client("secretsmanager")


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    secrets = json.loads(secretsmanager.get_secret_value(SecretId="VendorSecret")["SecretString"])
    raw = body_of(event)
    _check_signature(event["headers"]["stripe-signature"], raw, secrets["stripe_webhook_secret"])
    received = json.loads(raw)
    session = received["data"]["object"]
    order_id, buyer_id = session["metadata"]["order"], session["metadata"]["buyer"]
    key = to_item({"pk": f"USER#{buyer_id}", "sk": f"ORDER#{order_id}"})
    order = from_item(dynamodb.get_item(TableName="OrdersTable", Key=key, ConsistentRead=True)["Item"])
    payment = {**order["payment"], "status": "paid", "intent_id": session["payment_intent"]}
    paid = {**order, "status": "confirmed", "payment": payment, "version": order["version"] + 1}
    sale = {"pk": "USER#seller", "sk": f"SALE#{order_id}", "fulfilment": order["fulfilments"][0], "payment": "paid"}
    version = {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": to_item({":version": order["version"]}),
    }
    seen = {"pk": f"EVENT#{received['id']}", "sk": "EVENT", "order_id": order_id}
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "OrdersTable", "Item": to_item(seen)}},
            {"Put": {"TableName": "OrdersTable", "Item": to_item(paid), **version}},
            {"Put": {"TableName": "OrdersTable", "Item": to_item(sale)}},
        ]
    )


def _check_signature(header: str, raw: bytes, secret: str) -> None:
    parts = dict(part.split("=") for part in header.split(","))
    expected = hmac.new(secret.encode(), f"{parts['t']}.".encode() + raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts["v1"]):
        raise ValueError("the signature does not fit")
