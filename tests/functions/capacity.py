"""What a call costs in DynamoDB, by AWS's published rules applied to the items that it really touched.

moto answers a constant for ReturnConsumedCapacity, so sizes are taken from the items themselves. A read unit is 4 KB
read consistently, a write unit 1 KB written, of the larger of the item before and after; in a transaction, twice that.
A write that shows in an index costs there what it writes: once for what leaves it, once for what enters it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.functions.cloud import Cloud
from tests.functions.template import resources

_TRANSACTED = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}
_WRITES = {"PutItem": "Item", "UpdateItem": "Key", "DeleteItem": "Key"}

type Attributes = Mapping[str, Mapping[str, Any]]


@dataclass
class Bill:
    """Requests by `service:Operation` in order, and units of DynamoDB."""

    requests: list[str] = field(default_factory=list)
    read_units: float = 0
    write_units: float = 0

    def row(self) -> str:
        """The cells of docs/access-patterns.md."""
        runs: list[list[Any]] = []
        for request in self.requests:
            name = request.removeprefix("dynamodb:").replace("kms:", "KMS ")
            if runs and runs[-1][0] == name:
                runs[-1][1] += 1
            else:
                runs.append([name, 1])
        said = ", ".join(name if times == 1 else f"{times} {name}" for name, times in runs)
        return f"{said or '-'} | {self.read_units:g} | {self.write_units:g}"


@contextmanager
def billed(cloud: Cloud) -> Iterator[Bill]:
    """Everything that functions ask of AWS inside is on the bill."""
    bill = Bill()
    dynamodb = cloud.client("dynamodb")
    tables = resources("AWS::DynamoDB::Table")
    indexes = {cloud.physical[name]: one.get("GlobalSecondaryIndexes", ()) for name, one in tables.items()}

    def item(table: str, key: Attributes) -> Attributes:
        wanted = {name: key[name] for name in ("pk", "sk")}
        found: Attributes = dynamodb.get_item(TableName=table, Key=wanted).get("Item", {})
        return found

    def before(params: dict[str, Any], context: dict[str, Any], model: Any, **_: Any) -> None:
        written = list(written_keys(model.name, params))
        context["written"] = [(table, key, item(table, key)) for table, key in written]

    def after(parsed: dict[str, Any], params: dict[str, Any], context: dict[str, Any], model: Any, **_: Any) -> None:
        for table, key, old in context["written"]:
            bill.write_units += write_units(model.name, indexes[table], old, item(table, key))
        bill.read_units += read_units(model.name, params, parsed)

    with cloud.hooked(before, after):
        start = len(cloud.calls)
        yield bill
        bill.requests = cloud.operations()[start:]


def item_size(item: Attributes) -> int:
    """Bytes of an item as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content.lstrip("-").replace(".", "")) / 2) + 1
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _value_size(inner) for inner in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_size(inner) for name, inner in content.items())
    raise ValueError(f"no size is known of {kind}")


def write_units(operation: str, indexes: Sequence[Mapping[str, Any]], old: Attributes, new: Attributes) -> int:
    """Of one item that `operation` wrote: as it was, and as it is."""
    times = 2 if operation == "TransactWriteItems" else 1
    return times * max(_blocks(old), _blocks(new)) + _index_units(indexes, old, new)


def read_units(operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    return (1.0 if _is_consistent(params) else 0.5) * _read_blocks(operation, answer)


def written_keys(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Attributes]]:
    if operation in _WRITES:
        yield params["TableName"], params[_WRITES[operation]]
    for action in params.get("TransactItems", ()):
        [(kind, body)] = action.items()
        yield body["TableName"], body[_TRANSACTED[kind]]


def _blocks(item: Attributes) -> int:
    return max(1, math.ceil(item_size(item) / 1024))


def _index_units(indexes: Sequence[Mapping[str, Any]], old: Attributes, new: Attributes) -> int:
    """Indexes are written after the table and outside of its transaction, and only for what they project."""
    units = 0
    for index in indexes:
        names = [key["AttributeName"] for key in index["KeySchema"]]
        left, entered = ([image.get(name) for name in names] for image in (old, new))
        before, after = (_projected(index, names, image) for image in (old, new))
        if left == entered:
            units += 0 if None in entered or before == after else _blocks(after)
        else:
            units += (0 if None in left else _blocks(before)) + (0 if None in entered else _blocks(after))
    return units


def _projected(index: Mapping[str, Any], names: Sequence[str], item: Attributes) -> Attributes:
    """What an index holds of an item: all of it, or the keys."""
    if index["Projection"]["ProjectionType"] == "ALL":
        return item
    return {name: value for name, value in item.items() if name in ("pk", "sk", *names)}


def _is_consistent(params: Mapping[str, Any]) -> bool:
    requests = params.get("RequestItems", {}).values()
    return bool(params.get("ConsistentRead")) or any(request.get("ConsistentRead") for request in requests)


def _read_blocks(operation: str, parsed: Mapping[str, Any]) -> int:
    """Blocks of 4 KB: items of a query are counted together, those of a batch each on its own."""
    match operation:
        case "GetItem":
            return max(1, math.ceil(item_size(parsed.get("Item", {})) / 4096))
        case "Query" | "Scan":
            return max(1, math.ceil(sum(item_size(item) for item in parsed["Items"]) / 4096))
        case "BatchGetItem":
            found = [item for items in parsed["Responses"].values() for item in items]
            return sum(max(1, math.ceil(item_size(item) / 4096)) for item in found)
    return 0


def table_of(document: str, section: str) -> dict[str, str]:
    """The rows of one section of docs/access-patterns.md: its first cell, and its last three as one text."""
    rows: dict[str, str] = {}
    part = document.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if line.startswith("| ") and not set(cells[0]) <= {"-", ":"}:
            rows[cells[0]] = " | ".join(cells[-3:])
    return rows
