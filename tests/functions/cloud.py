"""The storage of template.yaml made for a test, and its functions called as the gateway calls them.

`Cloud` speaks to the AWS that the environment points to: moto in process, or a local cloud.
"""

from __future__ import annotations

import base64
import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeDeserializer

from tests.functions.template import ACCOUNT, REGION, all_variables, logical_id, resolve, resources, variables_of
from tooling.contract.template import event_file, module_of

_TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "StreamSpecification",
)


LARGEST_ANSWER = 6 * 1024 * 1024
"""Bytes that Lambda takes from a function that somebody waits for; of more it makes an error."""


@dataclass(frozen=True)
class Answer:
    """What a function answered, header names in lower case."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Person:
    """A caller that the authorizer vouches for, without a token."""

    id: str
    roles: tuple[str, ...] = ("user",)
    session_id: str = "01890000-0000-7000-8000-000000000001"
    lifetime: timedelta = timedelta(minutes=15)

    def verdict(self) -> dict[str, str]:
        return {
            "verdict": "valid",
            "reason": "",
            "subject": self.id,
            "roles": " ".join(self.roles),
            "session_id": self.session_id,
            "token_id": "01890000-0000-7000-8000-000000000002",
            "expires_at": str(int((datetime.now(UTC) + self.lifetime).timestamp())),
        }


@dataclass
class Call:
    """One request to AWS that a function made."""

    service: str
    operation: str
    request: dict[str, Any] = field(repr=False)


class Cloud:
    """Tables, buckets, keys and secrets of the template under `suffix`ed names, and the functions over them."""

    def __init__(self, environment: pytest.MonkeyPatch, suffix: str = "") -> None:
        self._environment = environment
        self._suffix = suffix
        self.physical: dict[str, str] = {}
        self.calls: list[Call] = []

    def client(self, service: str) -> Any:
        return client(service)

    # Making ----------------------------------------------------------------------------------------------------------

    def create(self, keys: Mapping[str, str] | None = None) -> None:
        """Make it all. `keys` are key ids by logical id, made before: making them is slow."""
        self._create_tables()
        self._create_buckets()
        self.physical.update(create_keys() if keys is None else keys)
        for name, properties in resources("AWS::SecretsManager::Secret").items():
            text = resolve(properties["SecretString"], self.physical)
            answer = self.client("secretsmanager").create_secret(Name=name + self._suffix, SecretString=text)
            self.physical[name] = answer["ARN"]
        for name in resources("AWS::Serverless::StateMachine"):
            self.physical[name] = self._create_state_machine(name + self._suffix)
        self.use(self.physical)

    def use(self, physical: Mapping[str, str]) -> None:
        """Let functions work on what was made before, by the names that it has."""
        self.physical = dict(physical)
        # Tests use the wiring too, and for them it may reach everything.
        for name, value in all_variables().items():
            self._environment.setenv(name, resolve(value, self.physical))

    def _create_tables(self) -> None:
        dynamodb = self.client("dynamodb")
        for name, properties in resources("AWS::DynamoDB::Table").items():
            given = {key: properties[key] for key in _TABLE_PROPERTIES if key in properties}
            if "StreamSpecification" in given:
                given["StreamSpecification"] = {"StreamEnabled": True, **given["StreamSpecification"]}
            dynamodb.create_table(TableName=name + self._suffix, **given)
            self.physical[name] = name + self._suffix

    def _create_buckets(self) -> None:
        for name in resources("AWS::S3::Bucket"):
            bucket = (name + self._suffix).lower()
            self.client("s3").create_bucket(Bucket=bucket)
            self.physical[name] = bucket

    def _create_state_machine(self, name: str) -> str:
        # Its states are for the tests of the workflow; here it only has to be startable.
        definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
        role = f"arn:aws:iam::{ACCOUNT}:role/workflow"
        made = self.client("stepfunctions").create_state_machine(name=name, definition=definition, roleArn=role)
        arn: str = made["stateMachineArn"]
        return arn

    # Calling ---------------------------------------------------------------------------------------------------------

    def handler(self, name: str) -> Callable[[Any, Any], Any]:
        """The handler of the function of this name, with its own variables set."""
        for variable, value in variables_of(logical_id(name)).items():
            self._environment.setenv(variable, resolve(value, self.physical))
        module = importlib.import_module(module_of(name))
        handle: Callable[[Any, Any], Any] = module.handler
        return handle

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        """Call a function with an event as it is. It sees no variables of other functions."""
        handle, function = self.handler(name), logical_id(name)
        with pytest.MonkeyPatch.context() as environment:
            for variable in all_variables().keys() - variables_of(function).keys():
                environment.delenv(variable, raising=False)
            context = SimpleNamespace(function_name=function, get_remaining_time_in_millis=lambda: 55_000)
            return handle(event, context)

    def call(
        self,
        name: str,
        *,
        method: str | None = None,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        caller: Person | None = None,
        source_ip: str | None = None,
        clear: bool = False,
    ) -> Answer:
        """Call an endpoint as the gateway does: its sample event, with what is given in place of the sample's.

        token: goes through the real authorizer. caller: is vouched for without one. clear: the sample has no body.
        """
        event = sample(name)
        if method is not None:
            event["requestContext"]["http"]["method"] = method
        event["headers"] = {**event["headers"], **{header.lower(): value for header, value in (headers or {}).items()}}
        if json is not None or body is not None or clear:
            _put_body(event, json, body)
        if params is not None:
            event["pathParameters"] = dict(params)
        if query is not None:
            event["queryStringParameters"] = dict(query)
        if source_ip is not None:
            event["requestContext"]["http"]["sourceIp"] = source_ip
        event["requestContext"].pop("authorizer", None)
        if token is not None:
            event["headers"]["authorization"] = f"Bearer {token}"
            event["requestContext"]["authorizer"] = {"lambda": self.verdict(token)}
        if caller is not None:
            event["requestContext"]["authorizer"] = {"lambda": caller.verdict()}
        reply = self.invoke(name, event)
        text = reply.get("body", "")
        if reply.get("isBase64Encoded"):
            text = base64.b64decode(text).decode("latin-1")
        return Answer(
            reply["statusCode"], {header.lower(): value for header, value in reply.get("headers", {}).items()}, text
        )

    def verdict(self, token: str) -> dict[str, str]:
        """What the authorizer says of a token."""
        event = sample("authorize")
        event["headers"]["authorization"] = f"Bearer {token}"
        answer = self.invoke("authorize", event)
        assert answer["isAuthorized"] is True
        context: dict[str, str] = answer["context"]
        return context

    # Looking ---------------------------------------------------------------------------------------------------------

    @contextmanager
    def hooked(self, before: Callable[..., None], after: Callable[..., None]) -> Iterator[None]:
        """Have `before` and `after` called around every request to DynamoDB that functions make inside."""
        from souk.aws.clients import client

        seen: dict[str, Any] = {}

        def begin(params: dict[str, Any], context: dict[str, Any], model: Any, **_: Any) -> None:
            seen["params"] = params
            before(params=params, context=context, model=model)

        def end(parsed: dict[str, Any], context: dict[str, Any], model: Any, **_: Any) -> None:
            after(parsed=parsed, params=seen["params"], context=context, model=model)

        events = client("dynamodb").meta.events
        events.register("provide-client-params.dynamodb", begin)
        events.register("after-call.dynamodb", end)
        try:
            yield
        finally:
            events.unregister("provide-client-params.dynamodb", begin)
            events.unregister("after-call.dynamodb", end)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Everything in a table, by its logical id."""
        deserialize = TypeDeserializer().deserialize
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.physical[table])
        return [{key: deserialize(value) for key, value in item.items()} for page in pages for item in page["Items"]]

    def operations(self) -> list[str]:
        """`service:Operation` of every request that functions made since `calls` was last cleared."""
        return [f"{call.service}:{call.operation}" for call in self.calls]


@cache
def client(service: str) -> Any:
    make: Callable[..., Any] = boto3.client
    return make(service, region_name=REGION)


def create_keys() -> dict[str, str]:
    """The template's keys; their ids by logical id."""
    made: dict[str, str] = {}
    for name, properties in resources("AWS::KMS::Key").items():
        spec, usage = properties.get("KeySpec", "SYMMETRIC_DEFAULT"), properties.get("KeyUsage", "ENCRYPT_DECRYPT")
        made[name] = client("kms").create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    return made


def sample(name: str) -> dict[str, Any]:
    """The sample event of a function."""
    event: dict[str, Any] = json.loads(event_file(name).read_text())
    return event


def _put_body(event: dict[str, Any], given: Any, body: bytes | None) -> None:
    event.pop("body", None)
    event["isBase64Encoded"] = body is not None
    if body is not None:
        event["body"] = base64.b64encode(body).decode()
    elif given is not None:
        event["body"] = json.dumps(given)
        event["headers"].setdefault("content-type", "application/json")


def forget() -> None:
    """What a function keeps for the life of its environment, gone as at a cold start; clients alone stay (slow to make,
    and they know nothing)."""
    for name, module in sorted(sys.modules.items()):
        if name == "souk.aws.settings" or name.startswith("souk.wiring."):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()
