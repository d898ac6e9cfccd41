#!/usr/bin/env bash
# MiniStack creates a bucket of a CloudFormation template without its LifecycleConfiguration: the stack is complete, and
# reading the rules back says that there are none. Objects that the rules expire on AWS stay for ever.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "ministack[full]==1.5.33" boto3==1.43.106
port=$("$folder/venv/bin/python" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
BIND_HOST=127.0.0.1 GATEWAY_PORT=$port IOT_MTLS_ENABLED=0 "$folder/venv/bin/ministack" > "$folder/log" 2>&1 &
server=$!
"$folder/venv/bin/python" - "$port" <<'CHECK'
import sys
import time
import urllib.request
from importlib.metadata import version

import boto3
from botocore.exceptions import ClientError

address = f"http://127.0.0.1:{sys.argv[1]}"
for _ in range(100):
    try:
        urllib.request.urlopen(f"{address}/_ministack/health")
        break
    except OSError:
        time.sleep(0.1)
TEMPLATE = """
Resources:
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: uploads-of-a-day
      LifecycleConfiguration:
        Rules: [{Id: OneDay, Status: Enabled, ExpirationInDays: 1}]
"""
formation = boto3.client("cloudformation", endpoint_url=address)
formation.create_stack(StackName="uploads", TemplateBody=TEMPLATE)
formation.get_waiter("stack_create_complete").wait(StackName="uploads", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
try:
    seen = str(boto3.client("s3", endpoint_url=address).get_bucket_lifecycle_configuration(Bucket="uploads-of-a-day"))
except ClientError as error:
    seen = error.response["Error"]["Code"]
print("MiniStack", version("ministack"), "| the stack is complete | rules of its bucket:", seen)
assert seen == "NoSuchLifecycleConfiguration", seen
CHECK
