"""DynamoDB in the words of the domains: items, expressions, and a unit of work that holds or does not happen.

Expressions are DynamoDB's own, written with `#name` and `:value`; `#name` stands for the attribute of that name unless
`names` says otherwise. An action's `otherwise` is the domain error of its failed condition, so that no caller ever
reads a CancellationReason.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from souk.aws.attributes import from_attributes, to_attribute, to_attributes
from souk.shared.errors import DependencyUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]
type Key = Mapping[str, str]
type Otherwise = Exception | Callable[[Item | None], Exception]
type Wait = Callable[[Exception | None], None]

_MOST_ACTIONS = 100
_LONGEST_PK = 2048
_LONGEST_SK = 1024
_RETRY_SECONDS = 5.0
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.8
_BUSY_CODES = frozenset(
    {
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
        "ThrottlingError",
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
    }
)
_CONDITION_CODES = frozenset({"ConditionalCheckFailed", "ConditionalCheckFailedException"})
_NAME = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item."""

    table: str
    item: Item
    condition: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change members of an item, or make it."""

    table: str
    key: Key
    update: str
    condition: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an item."""

    table: str
    key: Key
    condition: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Insist on a condition without writing."""

    table: str
    key: Key
    condition: str
    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise | None = None


type Action = Put | Update | Delete | Check


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a query and, when there are more, the key after which they go on."""

    items: tuple[Item, ...]
    next_key: dict[str, str] | None


class Tables:
    """All reads and writes of DynamoDB. `pause` and `jitter` are handed in so that tests need not wait."""

    def __init__(
        self,
        client: DynamoDBClient,
        *,
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._pause = pause
        self._jitter = jitter or _random_fraction
        self._monotonic = monotonic

    # Reads -----------------------------------------------------------------------------------------------------------

    def get(self, table: str, key: Key, *, consistent: bool = True) -> Item | None:
        """One item, or None. Strongly consistent unless told. No item can have a key that is longer than allowed."""
        if not _is_storable(key):
            return None
        answer = self._call(self._client.get_item, TableName=table, Key=to_attributes(key), ConsistentRead=consistent)
        return _decode(answer.get("Item"))

    def get_many(self, table: str, keys: Sequence[Key]) -> tuple[Item, ...]:
        """Up to 100 items in one request, in no order; absent ones are left out."""
        return self.read_batch({table: keys})[table]

    def read_batch(self, keys: Mapping[str, Sequence[Key]]) -> dict[str, tuple[Item, ...]]:
        """`get_many` over several tables at once: at most 100 keys in all, and no key twice."""
        storable = {table: [key for key in wanted if _is_storable(key)] for table, wanted in keys.items()}
        request = {
            table: {"Keys": [to_attributes(key) for key in wanted], "ConsistentRead": True}
            for table, wanted in storable.items()
            if wanted
        }
        found: dict[str, list[Item]] = {table: [] for table in keys}
        wait = self._patience()
        while request:
            answer = self._call(self._client.batch_get_item, wait, RequestItems=request)
            for table, items in answer["Responses"].items():
                found[table] += [from_attributes(item) for item in items]
            request = answer.get("UnprocessedKeys") or {}
            if request:
                wait(None)
        return {table: tuple(items) for table, items in found.items()}

    def query(
        self,
        table: str,
        condition: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        index: str | None = None,
        newest_first: bool = False,
        limit: int,
        after: Mapping[str, str] | None = None,
    ) -> Page:
        """One page by key. Strongly consistent on the table itself; an index lags by its nature.

        Under a key that is longer than allowed there is nothing, as in `get`.
        """
        if not _is_storable({name: value for name, value in values.items() if isinstance(value, str)}):
            return Page((), None)
        answer = self._call(
            self._client.query,
            TableName=table,
            KeyConditionExpression=condition,
            ScanIndexForward=not newest_first,
            Limit=limit,
            **self._expressions((condition,), values, names or {}),
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **({"ExclusiveStartKey": to_attributes(after)} if after else {}),
        )
        last = answer.get("LastEvaluatedKey")
        return Page(
            tuple(from_attributes(item) for item in answer["Items"]),
            from_attributes(last) if last else None,
        )

    def query_all(
        self, table: str, condition: str, values: Mapping[str, Any], *, index: str | None = None, page: int = 100
    ) -> Iterator[Item]:
        """Every item under a key, page by page. For workflows, sweeps and sums; a list on a request path has pages."""
        after: Mapping[str, str] | None = None
        while True:
            found = self.query(table, condition, values, index=index, limit=page, after=after)
            yield from found.items
            if found.next_key is None:
                return
            after = found.next_key

    def scan(self, table: str, *, limit: int, after: Mapping[str, str] | None = None) -> Page:
        """One page of everything there is, in no order. For rebuilds, never on a request path."""
        answer = self._call(
            self._client.scan,
            TableName=table,
            Limit=limit,
            ConsistentRead=True,
            **({"ExclusiveStartKey": to_attributes(after)} if after else {}),
        )
        last = answer.get("LastEvaluatedKey")
        return Page(tuple(from_attributes(item) for item in answer["Items"]), from_attributes(last) if last else None)

    # Writes ----------------------------------------------------------------------------------------------------------

    def update(self, action: Update) -> Item:
        """One update; answers the item as it is afterwards."""
        answer = self._write(
            self._client.update_item,
            action,
            Key=to_attributes(action.key),
            UpdateExpression=action.update,
            ReturnValues="ALL_NEW",
        )
        return from_attributes(answer["Attributes"])

    def put(self, action: Put) -> None:
        self._write(self._client.put_item, action, Item=to_attributes(action.item))

    def delete(self, action: Delete) -> None:
        self._write(self._client.delete_item, action, Key=to_attributes(action.key))

    def commit(self, *actions: Action) -> None:
        """All of `actions` or none, in one transaction of at most 100.

        Raises the `otherwise` of the first action whose condition failed; DependencyUnavailable when conflicts or
        throttling outlast five seconds.
        """
        if not 0 < len(actions) <= _MOST_ACTIONS:
            raise ValueError(f"a transaction has 1 to {_MOST_ACTIONS} actions, not {len(actions)}")
        for action in actions:
            if isinstance(action, Check) and not _is_storable(action.key):
                raise self._refusal(action, None, ValueError("no item can have this key"))
        from souk.shared.clock import new_id

        request = [self._transact(action) for action in actions]
        token = new_id()
        try:
            self._call(self._client.transact_write_items, TransactItems=request, ClientRequestToken=token)
        except ClientError as error:
            reasons: Sequence[Any] = error.response.get("CancellationReasons", ())
            for action, reason in zip(actions, reasons, strict=False):
                if reason.get("Code") in _CONDITION_CODES:
                    raise self._refusal(action, reason.get("Item"), error) from None
            raise

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _write(self, call: Callable[..., Any], action: Put | Update | Delete, **request: Any) -> Any:
        expressions = (action.condition, action.update if isinstance(action, Update) else None)
        try:
            return self._call(
                call,
                TableName=action.table,
                **request,
                **({"ConditionExpression": action.condition} if action.condition else {}),
                **self._expressions(expressions, action.values, action.names),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _CONDITION_CODES:
                raise self._refusal(action, error.response.get("Item"), error) from None
            raise

    def _transact(self, action: Action) -> dict[str, Any]:
        expressions = (action.condition, action.update if isinstance(action, Update) else None)
        body: dict[str, Any] = {
            "TableName": action.table,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **({"ConditionExpression": action.condition} if action.condition else {}),
            **self._expressions(expressions, action.values, action.names),
        }
        match action:
            case Put():
                return {"Put": {**body, "Item": to_attributes(action.item)}}
            case Update():
                return {"Update": {**body, "Key": to_attributes(action.key), "UpdateExpression": action.update}}
            case Delete():
                return {"Delete": {**body, "Key": to_attributes(action.key)}}
            case Check():
                return {"ConditionCheck": {**body, "Key": to_attributes(action.key)}}

    def _refusal(self, action: Action, old: Any, error: Exception) -> Exception:
        if action.otherwise is None:
            return error
        if isinstance(action.otherwise, Exception):
            return action.otherwise
        return action.otherwise(_decode(old))

    def _call(self, call: Callable[..., Any], wait: Wait | None = None, /, **request: Any) -> Any:
        """Repeat while DynamoDB is only busy, as long as the patience lasts."""
        wait = wait or self._patience()
        while True:
            try:
                return call(**request)
            except ClientError as error:
                if not _is_busy(error):
                    raise
                wait(error)
            except BotoCoreError as error:
                raise DependencyUnavailable(
                    "The data store does not answer. Try again shortly.", retry_after=1
                ) from error

    def _patience(self) -> Wait:
        """Pauses before further tries: longer each time, with full jitter, for five seconds at most."""
        give_up = self._monotonic() + _RETRY_SECONDS
        longest = _FIRST_PAUSE

        def wait(cause: Exception | None) -> None:
            nonlocal longest
            if self._monotonic() >= give_up:
                raise DependencyUnavailable("The data store is busy. Try again shortly.", retry_after=1) from cause
            self._pause(self._jitter() * longest)
            longest = min(longest * 2, _LONGEST_PAUSE)

        return wait

    def _expressions(
        self, expressions: Sequence[str | None], values: Mapping[str, Any], names: Mapping[str, str]
    ) -> dict[str, Any]:
        used = {name for text in expressions if text for name in _NAME.findall(text)}
        request: dict[str, Any] = {}
        if used:
            request["ExpressionAttributeNames"] = {f"#{name}": names.get(name, name) for name in sorted(used)}
        if values:
            request["ExpressionAttributeValues"] = {f":{name}": to_attribute(value) for name, value in values.items()}
        return request


def _decode(item: Mapping[str, Any] | None) -> Item | None:
    return None if item is None else from_attributes(item)


def _is_busy(error: ClientError) -> bool:
    """Only conflicts and throttling: a failed condition among them is an answer, not a reason to repeat."""
    code = error.response["Error"]["Code"]
    if code != "TransactionCanceledException":
        return code in _BUSY_CODES
    reasons: Sequence[Any] = error.response.get("CancellationReasons", ())
    codes = {reason.get("Code") for reason in reasons} - {None, "None"}
    return bool(codes) and codes <= _BUSY_CODES


def _is_storable(key: Key) -> bool:
    """Keys come from paths too; DynamoDB takes a longer or unencodable one for a fault of ours."""
    try:
        return all(len(value.encode()) <= (_LONGEST_SK if name == "sk" else _LONGEST_PK) for name, value in key.items())
    except UnicodeEncodeError:
        return False


def _random_fraction() -> float:
    import random

    return random.random()  # noqa: S311 - spreads retries, guards nothing


def from_stream(image: Mapping[str, Any] | None) -> Item | None:
    """An item as a stream record carries it."""
    return _decode(image)
