"""Read what is to be published, decrypt a token, and ask eBay in XML what it would say and charge."""

from __future__ import annotations

import os
from typing import Any
from xml.etree import ElementTree

from benchmarks.compared.aws import client, from_item, to_item
from benchmarks.compared.vendor import http

RETURNS = "souk.selling.listings.schemas:PreflightsOut"

_XML = {"Content-Type": "text/xml", "X-EBAY-API-CALL-NAME": "VerifyAddFixedPriceItem"}

dynamodb, kms = client("dynamodb"), client("kms")


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    user_id = event["requestContext"]["authorizer"]["lambda"]["subject"]
    _read("IdentityTable", f"ACCOUNT#{user_id}", "ACCOUNT")
    listing = _read("ListingsTable", f"USER#{user_id}", f"LISTING#{event['pathParameters']['id']}")
    _read("IdentityTable", f"ACCOUNT#{user_id}", "PLATFORM#ebay")
    context = {"owner": user_id, "platform": "ebay"}
    kms.decrypt(KeyId="credentials", CiphertextBlob=b"encrypted token", EncryptionContext=context)
    _read("IdentityTable", f"ACCOUNT#{user_id}", "SETTINGS#ebay")
    root = ElementTree.Element("VerifyAddFixedPriceItemRequest", xmlns="urn:ebay:apis:eBLBaseComponents")
    for name in ("title", "description", "currency"):
        ElementTree.SubElement(root, name.capitalize()).text = str(listing[name])
    reply = http.request("POST", os.environ["EBAY_API_URL"], headers=_XML, body=ElementTree.tostring(root))
    ElementTree.fromstring(reply.data)


def _read(table: str, pk: str, sk: str) -> dict[str, Any]:
    key = to_item({"pk": pk, "sk": sk})
    answer = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
    return from_item(answer.get("Item", {}))
