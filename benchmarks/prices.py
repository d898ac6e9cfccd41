"""What AWS asks for in us-east-1, in US dollars, without free tiers. Look them up again before relying on them."""

from __future__ import annotations

from typing import Final

AS_OF: Final = "June 2025"
PLACE: Final = "us-east-1"

# One of each.
USE: Final = {
    "API Gateway requests": 1.00 / 1e6,
    "Lambda requests": 0.20 / 1e6,
    "Lambda GB-seconds, arm64": 0.0000133334,
    "DynamoDB read request units": 0.125 / 1e6,
    "DynamoDB write request units": 0.625 / 1e6,
    "Step Functions state transitions": 0.025 / 1e3,
    "S3 writes": 0.005 / 1e3,
    "S3 reads": 0.0004 / 1e3,
    "EventBridge events of S3": 1.00 / 1e6,
    "KMS requests": 0.03 / 1e4,
    "X-Ray traces, at most": 5.00 / 1e6,
    "CloudWatch Logs GB": 0.50,
    "GB to the internet": 0.09,
}

# One of each, for a month.
STANDING: Final = {
    "KMS keys": 1.00,
    "Secrets": 0.40,
    "Alarms": 0.10,
    "Custom metrics: one for each function of the API, once it is called": 0.30,
    "Dashboards": 3.00,
}
STORED_GB_MONTH: Final = 0.023
