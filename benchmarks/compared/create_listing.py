"""Write a new item under an idempotency key."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.compared.aws import client, to_item

BODY = "souk.selling.listings.schemas:NewListing"
RETURNS = "souk.selling.listings.schemas:ListingOut"

_LISTING_ID = "01a224da-624d-77e1-b2a2-82d0b42ebbf6"
_NOW = "2026-11-29T01:10:21.517Z"

dynamodb = client("dynamodb")


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    user_id = event["requestContext"]["authorizer"]["lambda"]["subject"]
    now = int(time.time())
    key_record = {
        "pk": f"IDEMPOTENCY#{user_id}",
        "sk": f"CreateListingFunction#{event['headers']['idempotency-key']}",
        "body_digest": "f81a0abd1d5e167184c7cbd8cdfcf73449658e025d3639ca638afe15d1170d54",
        "entity_id": _LISTING_ID,
        "expires_at": now + 86_400,
    }
    listing = {
        "pk": f"USER#{user_id}",
        "sk": f"LISTING#{_LISTING_ID}",
        "status_pk": f"USER#{user_id}#draft",
        "id": _LISTING_ID,
        "user_id": user_id,
        "title": "Pentax K1000 camera with 50 mm lens",
        "description": "A mechanical SLR from 1982 with its 50 mm f/2 lens. The light meter works.",
        "category_id": "15230",
        "price_minor": 14950,
        "currency": "USD",
        "quantity": 1,
        "condition_id": 3000,
        "item_specifics": {"Brand": ["Pentax"], "Type": ["SLR"], "Model": ["K1000"]},
        "souk_category_id": "other",
        "image_prompt": "On a dark wooden table by a window, warm morning light",
        "video_prompt": "A slow pan over the lens",
        "photos": [],
        "status": "draft",
        "publications": {},
        "run": 0,
        "restarts": 0,
        "version": 1,
        "created_at": _NOW,
        "updated_at": _NOW,
    }
    unused = {
        "ConditionExpression": "attribute_not_exists(#pk) OR #expires_at < :now",
        "ExpressionAttributeNames": {"#pk": "pk", "#expires_at": "expires_at"},
        "ExpressionAttributeValues": to_item({":now": now}),
    }
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "ListingsTable", "Item": to_item(key_record), **unused}},
            {"Put": {"TableName": "ListingsTable", "Item": to_item(listing)}},
        ],
        ClientRequestToken=_LISTING_ID,
    )
