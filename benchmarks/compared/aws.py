"""boto3 as a careful handler uses it: clients with limits, and items as Python values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config

_CONFIG = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3})
_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def client(service: str) -> Any:
    make: Any = boto3.client
    return make(service, config=_CONFIG)


def presigning_client() -> Any:
    make: Any = boto3.client
    return make("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in values.items()}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _deserialize(value) for name, value in item.items()}
