"""Read one item and sign the addresses of its pictures."""

from __future__ import annotations

from typing import Any

from benchmarks.compared.aws import client, from_item, presigning_client, to_item

RETURNS = "souk.selling.listings.schemas:ListingOut"

dynamodb = client("dynamodb")
s3 = presigning_client()


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    user_id = event["requestContext"]["authorizer"]["lambda"]["subject"]
    key = to_item({"pk": f"USER#{user_id}", "sk": f"LISTING#{event['pathParameters']['id']}"})
    from_item(dynamodb.get_item(TableName="ListingsTable", Key=key, ConsistentRead=True)["Item"])
    for content_hash in ("a" * 64, "f" * 64):
        picture = {"Bucket": "mediabucket", "Key": f"media/{content_hash}"}
        s3.generate_presigned_url("get_object", Params=picture, ExpiresIn=900)
