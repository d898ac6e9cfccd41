"""Reads and writes of DynamoDB: items in and out, and transactions that happen whole or not at all.

A failed condition raises the domain error that its action declares, so that no caller ever reads a
CancellationReason. What is only busy is tried again for five seconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any, overload

from botocore.exceptions import BotoCoreError, ClientError

from souk.aws.actions import Action, Check, Delete, Item, Key, Page, Put, Read, Update
from souk.aws.items import DUE_SHARDS, Row, from_attributes, to_attribute, to_attributes
from souk.shared.clock import new_id, to_wire
from souk.shared.errors import DependencyUnavailable

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = [
    "Action",
    "Check",
    "Delete",
    "Item",
    "Key",
    "Page",
    "Put",
    "Read",
    "Row",
    "Tables",
    "Update",
    "from_stream",
]

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
        """One item, or None; strongly consistent by default. No item can have a key that is longer than allowed."""
        if not _is_storable(key):
            return None
        answer = self._call(self._client.get_item, TableName=table, Key=to_attributes(key), ConsistentRead=consistent)
        return _decode(answer.get("Item"))

    @overload
    def read[A, B](self, first: Read[A], second: Read[B], /) -> tuple[A | None, B | None]: ...

    @overload
    def read[A, B, C](
        self, first: Read[A], second: Read[B], third: Read[C], /
    ) -> tuple[A | None, B | None, C | None]: ...

    @overload
    def read[A, B, C](
        self, first: Read[A], second: Read[B], /, *others: Read[C]
    ) -> tuple[A | None, B | None, *tuple[C | None, ...]]: ...

    @overload
    def read[A](self, *reads: Read[A]) -> tuple[A | None, ...]: ...

    def read(self, *reads: Read[Any]) -> tuple[Any, ...]:
        """Up to 100 items of any tables in one request: each parsed, in the order of `reads`, None for an absent one.

        The same item may be read twice.
        """
        keys: dict[str, dict[tuple[str, str], Key]] = {}
        for wanted in reads:
            keys.setdefault(wanted.table, {})[wanted.key["pk"], wanted.key["sk"]] = wanted.key
        answers = self.read_batch({table: tuple(distinct.values()) for table, distinct in keys.items()})
        found = {(table, item["pk"], item["sk"]): item for table, items in answers.items() for item in items}
        items = [found.get((wanted.table, wanted.key["pk"], wanted.key["sk"])) for wanted in reads]
        return tuple([item and wanted.parse(item) for wanted, item in zip(reads, items, strict=True)])

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
            **_expressions((condition,), values, names or {}),
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **({"ExclusiveStartKey": to_attributes(after)} if after else {}),
        )
        return _page(answer)

    def list_newest(
        self, table: str, row: Row, owner_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[Item, ...], dict[str, str] | None]:
        """A page of one owner's items of a kind, newest first. `after` and the second answer are {"id": ...}."""
        page = self.query(
            table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": row.partition(owner_id), "prefix": row.prefix},
            newest_first=True,
            limit=limit,
            after=row(owner_id, after["id"]) if after else None,
        )
        return page.items, {"id": row.id_of(page.next_key)} if page.next_key else None

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

    def query_due(self, table: str, before: datetime | None) -> Iterator[Item]:
        """Items with a `due_at` until `before`, or with any when it is None, the oldest first.

        The index lags: read each again.
        """
        condition, until = "#due_shard = :shard", {}
        if before is not None:
            condition, until = condition + " AND #due_at <= :before", {"before": to_wire(before)}
        shards = [self.query_all(table, condition, {**until, "shard": one}, index="due") for one in DUE_SHARDS]
        return merge(*shards, key=itemgetter("due_at"))

    def scan(self, table: str, *, limit: int, after: Mapping[str, str] | None = None) -> Page:
        """One page of everything there is, in no order. For rebuilds, never on a request path."""
        answer = self._call(
            self._client.scan,
            TableName=table,
            Limit=limit,
            ConsistentRead=True,
            **({"ExclusiveStartKey": to_attributes(after)} if after else {}),
        )
        return _page(answer)

    # Writes ----------------------------------------------------------------------------------------------------------

    def update(self, action: Update) -> Item:
        """One update; answers the item as it is afterwards."""
        answer = self._write(self._client.update_item, action, ReturnValues="ALL_NEW")
        return from_attributes(answer["Attributes"])

    def put(self, action: Put) -> None:
        self._write(self._client.put_item, action)

    def delete(self, action: Delete) -> None:
        self._write(self._client.delete_item, action)

    def commit(self, *actions: Action) -> None:
        """All of `actions` or none, in one transaction of at most 100.

        Raises the `otherwise` of the first action whose condition failed; DependencyUnavailable when conflicts or
        throttling outlast five seconds.
        """
        if not 0 < len(actions) <= _MOST_ACTIONS:
            raise ValueError(f"a transaction has 1 to {_MOST_ACTIONS} actions, not {len(actions)}")
        for action in actions:
            if isinstance(action, Check) and not _is_storable(action.key):
                raise action.refusal(None, ValueError("no item can have this key"))
        request = [{_KINDS[type(action)]: _request(action)} for action in actions]
        try:
            self._call(self._client.transact_write_items, TransactItems=request, ClientRequestToken=new_id())
        except ClientError as error:
            reasons: Sequence[Any] = error.response.get("CancellationReasons", ())
            for action, reason in zip(actions, reasons, strict=False):
                if reason.get("Code") in _CONDITION_CODES:
                    raise action.refusal(_decode(reason.get("Item")), error) from None
            raise

    # Plumbing --------------------------------------------------------------------------------------------------------

    def _write(self, call: Callable[..., Any], action: Put | Update | Delete, **options: Any) -> Any:
        try:
            return self._call(call, **_request(action), **options)
        except ClientError as error:
            if error.response["Error"]["Code"] in _CONDITION_CODES:
                found: Any = error.response.get("Item")
                raise action.refusal(_decode(found), error) from None
            raise

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


_KINDS: Mapping[type[Action], str] = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}


def _request(action: Action) -> dict[str, Any]:
    update = action.update if isinstance(action, Update) else None
    return {
        "TableName": action.table,
        **({"Item": to_attributes(action.item)} if isinstance(action, Put) else {"Key": to_attributes(action.key)}),
        **({"UpdateExpression": update} if update else {}),
        **({"ConditionExpression": action.condition} if action.condition else {}),
        **_expressions((action.condition, update), action.values, action.names),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _expressions(
    expressions: Sequence[str | None], values: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    used = {name for text in expressions if text for name in _NAME.findall(text)}
    request: dict[str, Any] = {}
    if used:
        request["ExpressionAttributeNames"] = {f"#{name}": names.get(name, name) for name in sorted(used)}
    if values:
        request["ExpressionAttributeValues"] = {f":{name}": to_attribute(value) for name, value in values.items()}
    return request


def _page(answer: Mapping[str, Any]) -> Page:
    return Page(tuple(map(from_attributes, answer["Items"])), _decode(answer.get("LastEvaluatedKey")) or None)


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
