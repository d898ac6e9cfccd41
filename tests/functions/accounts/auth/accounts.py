"""Accounts registered through the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.functions.cloud import Cloud

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Registered:
    id: str
    email: str
    token: str
    refresh_token: str


def register(cloud: Cloud, email: str = "john@example.com", **more: Any) -> Registered:
    answer = cloud.call("register_account", json={"email": email, "password": PASSWORD, **more})
    assert answer.status == 201, answer.body
    body = answer.json
    return Registered(body["user"]["id"], body["user"]["email"], body["token"], body["refresh_token"])


def log_in(cloud: Cloud, email: str = "john@example.com", password: str = PASSWORD, **how: Any) -> Any:
    return cloud.call("log_in", json={"email": email, "password": password}, **how)


def refresh(cloud: Cloud, refresh_token: str) -> Any:
    return cloud.call("refresh_session", json={"refresh_token": refresh_token})


def set_standing(cloud: Cloud, account_id: str, standing: str) -> None:
    """Change the account's item directly: no route suspends accounts yet."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.physical["IdentityTable"],
        Key={"pk": {"S": f"ACCOUNT#{account_id}"}, "sk": {"S": "ACCOUNT"}},
        UpdateExpression="SET standing = :standing",
        ExpressionAttributeValues={":standing": {"S": standing}},
    )


def remove_account(cloud: Cloud, account_id: str) -> None:
    for item in cloud.items("IdentityTable"):
        if item["pk"] == f"ACCOUNT#{account_id}":
            key = {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}}
            cloud.client("dynamodb").delete_item(TableName=cloud.physical["IdentityTable"], Key=key)
