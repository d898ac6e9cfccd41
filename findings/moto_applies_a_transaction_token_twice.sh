#!/usr/bin/env bash
# A ClientRequestToken makes TransactWriteItems safe to repeat: DynamoDB answers the second call without doing it again.
# moto takes the token and does it again, so that a test of a retried write against moto proves nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check moto[dynamodb]==5.2.5 boto3==1.43.108
"$folder/venv/bin/python" - <<'CHECK'
import os
from importlib.metadata import version

import boto3
from moto import mock_aws

os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")
with mock_aws():
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="stock",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    take_one = {
        "TableName": "stock",
        "Key": {"pk": {"S": "cup"}},
        "UpdateExpression": "ADD sold :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    for _ in range(2):
        client.transact_write_items(ClientRequestToken="the-same-token", TransactItems=[{"Update": take_one}])
    sold = client.get_item(TableName="stock", Key={"pk": {"S": "cup"}})["Item"]["sold"]["N"]
print("moto", version("moto"), "sold", sold, "after one transaction that was sent twice")
assert sold == "2"

CHECK
