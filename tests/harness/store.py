"""DynamoDB by moto, called without HTTP: with faults, a stream, and copies to restore.

A call returns what botocore returns, and raises what botocore raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from tests.functions.template import ACCOUNT
from tests.harness.faults import Failures, Faults

type Record = dict[str, Any]

# A region of its own: the tests of functions leave their tables in another.
REGION = "eu-west-3"
_WRITES = frozenset({"put_item", "update_item", "delete_item", "transact_write_items"})
_TABLE_PROPERTIES = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


class Store:
    """Tables by name. Every write of `streamed` is a record in `stream`, in order."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], streamed: str, faults: Faults) -> None:
        self._faults = faults
        self._streamed = streamed
        self.stream: list[Record] = []
        self.writes = 0
        for name, properties in tables.items():
            given = {key: properties[key] for key in _TABLE_PROPERTIES if key in properties}
            self._ask("create_table", {"TableName": name, **given})
        self._names = tuple(tables)

    def close(self) -> None:
        for name in self._names:
            self._ask("delete_table", {"TableName": name})

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        if operation.startswith("_"):
            raise AttributeError(operation)
        return lambda **request: self.call(operation, request)

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """One request, which may have the planned fault."""
        answer: dict[str, Any] = self._faults.around(
            f"dynamodb:{operation}",
            lambda: self._do(operation, request),
            Failures(refused=_no_connection, lost=_no_answer, busy=lambda: _busy(operation, request)),
        )
        return answer

    # Reads that do not count as calls --------------------------------------------------------------------------------

    def item(self, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._ask("get_item", {"TableName": table, "Key": dict(key)}).get("Item")
        return found

    def items(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("scan", {"TableName": table})["Items"]
        return found

    def snapshot(self) -> dict[str, Any]:
        return {name: deepcopy(self._backend().tables[name].items) for name in self._names}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Restore a copy. Records of later writes are removed from the stream."""
        for name in self._names:
            self._backend().tables[name].items = deepcopy(snapshot[name])
        self.stream.clear()

    # Helpers ---------------------------------------------------------------------------------------------------------

    def _do(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation not in _WRITES:
            return self._ask(operation, request)
        keys = list(_written_keys(operation, request, self._streamed))
        before = [self.item(self._streamed, key) for key in keys]
        answer = self._ask(operation, request)
        for key, old in zip(keys, before, strict=True):
            self._record(key, old, self.item(self._streamed, key))
        return answer

    def _record(self, key: dict[str, Any], old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        if old == new:
            return
        self.writes += 1
        name = "MODIFY" if old and new else "INSERT" if new else "REMOVE"
        images = {"OldImage": old, "NewImage": new}
        change = {"Keys": key, **{which: image for which, image in images.items() if image is not None}}
        self.stream.append({"eventName": name, "dynamodb": change})

    def _ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        handler = DynamoHandler()
        handler.body = handler.params = _copy(request)
        handler.region, handler.current_account, handler.headers = REGION, ACCOUNT, {}
        try:
            answer: dict[str, Any] = getattr(handler, operation)().result
        except JsonRESTError as error:
            raise _as_client_error(error, operation) from None
        return _copy(answer)

    def _backend(self) -> Any:
        return dynamodb_backends[ACCOUNT][REGION]


def _copy(document: dict[str, Any]) -> dict[str, Any]:
    """A deep copy, as HTTP would give: no caller shares an item with the table."""
    copied: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return copied


def _written_keys(operation: str, request: Mapping[str, Any], table: str) -> Iterator[dict[str, Any]]:
    actions = (
        [next(iter(one.values())) for one in request["TransactItems"]]
        if operation == "transact_write_items"
        else [request]
    )
    for action in actions:
        if action["TableName"] == table:
            source = action.get("Key") or action["Item"]
            yield {"pk": source["pk"], "sk": source["sk"]}


def _as_client_error(error: JsonRESTError, operation: str) -> ClientError:
    document = json.loads(error.description or "{}")
    code = document.pop("__type").split("#")[-1]
    message = document.pop("message", None) or document.pop("Message", "")
    response: Any = {"Error": {"Code": code, "Message": message}, **document}
    return ClientError(response, operation)


def _no_connection() -> Exception:
    return ConnectTimeoutError(endpoint_url="https://dynamodb.example")


def _no_answer() -> Exception:
    return ReadTimeoutError(endpoint_url="https://dynamodb.example")


def _busy(operation: str, request: Mapping[str, Any]) -> Exception:
    if operation != "transact_write_items":
        code = "ProvisionedThroughputExceededException"
        return ClientError({"Error": {"Code": code, "Message": "slow down"}}, operation)
    reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in request["TransactItems"][1:])]
    refusal: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
    return ClientError(refusal, operation)
