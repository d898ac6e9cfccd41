"""Count attempts, verify a password, sign a token and write a session."""

from __future__ import annotations

import time
from typing import Any

from argon2 import PasswordHasher

from benchmarks.compared.aws import client, from_item, to_item

BODY = "souk.accounts.auth.schemas:LoginRequest"
RETURNS = "souk.accounts.auth.schemas:SignedInUser"

_TABLE = "IdentityTable"

dynamodb, kms = client("dynamodb"), client("kms")
hasher = PasswordHasher(time_cost=3, memory_cost=32768, parallelism=1)


def work(event: dict[str, Any], given: dict[str, Any]) -> None:
    now = int(time.time())
    email, source_ip = given["email"], event["requestContext"]["http"]["sourceIp"]
    for counted in (f"network#{source_ip}", f"both#{source_ip}#{email}", f"account#{email}"):
        dynamodb.update_item(
            TableName=_TABLE,
            Key=to_item({"pk": f"ATTEMPTS#login#{counted}", "sk": "2026-11-29T01:00:00.000Z"}),
            UpdateExpression="ADD #attempts :one SET #expires_at = :until",
            ExpressionAttributeNames={"#attempts": "attempts", "#expires_at": "expires_at"},
            ExpressionAttributeValues=to_item({":one": 1, ":until": now + 900}),
            ReturnValues="ALL_NEW",
        )
    login = _read(f"EMAIL#{email}", "EMAIL")
    password = given["password"]
    hasher.verify(login["password_hash"], password if isinstance(password, str) else password.get_secret_value())
    account = _read(f"ACCOUNT#{login['account_id']}", "ACCOUNT")
    kms.generate_mac(KeyId="refresh", Message=b"souk refresh token 1", MacAlgorithm="HMAC_SHA_256")
    claims = f"header.{account['id']}.{now}".encode()
    kms.sign(KeyId="access", Message=claims, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")
    session = {
        "pk": f"ACCOUNT#{account['id']}",
        "sk": "SESSION#01a224d9-f667-75f3-8f4b-8313ff00e2fc",
        "id": "01a224d9-f667-75f3-8f4b-8313ff00e2fc",
        "account_id": account["id"],
        "generation": 1,
        "current_digest": "58e21776aa0067bbbf8e87607a8a10e0940c38b7c2ed8dadef7c05d4fc7bc35e",
        "previous_digest": None,
        "rotated_at": "2026-11-29T01:09:53.895Z",
        "expires_at": now + 2_592_000,
    }
    dynamodb.put_item(TableName=_TABLE, Item=to_item(session))


def _read(pk: str, sk: str) -> dict[str, Any]:
    key = to_item({"pk": pk, "sk": sk})
    return from_item(dynamodb.get_item(TableName=_TABLE, Key=key, ConsistentRead=True)["Item"])
