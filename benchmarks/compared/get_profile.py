"""Read one item."""

from __future__ import annotations

from typing import Any

from benchmarks.compared.aws import client, from_item, to_item

RETURNS = "souk.accounts.profiles.schemas:UserWithProfile"

dynamodb = client("dynamodb")


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    account_id = event["requestContext"]["authorizer"]["lambda"]["subject"]
    key = to_item({"pk": f"ACCOUNT#{account_id}", "sk": "PROFILE"})
    from_item(dynamodb.get_item(TableName="IdentityTable", Key=key, ConsistentRead=True)["Item"])
