"""Read a page of a list."""

from __future__ import annotations

from typing import Any

from benchmarks.compared.aws import client, from_item, to_item

RETURNS = "souk.accounts.addresses.schemas:[AddressOut]"
QUERY = "souk.http.pagination:PageQuery"

dynamodb = client("dynamodb")


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    account_id = event["requestContext"]["authorizer"]["lambda"]["subject"]
    answer = dynamodb.query(
        TableName="IdentityTable",
        KeyConditionExpression="#pk = :pk AND begins_with(#sk, :prefix)",
        ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
        ExpressionAttributeValues=to_item({":pk": f"ACCOUNT#{account_id}", ":prefix": "ADDRESS"}),
        ScanIndexForward=False,
        Limit=51,
    )
    for item in answer["Items"]:
        from_item(item)
