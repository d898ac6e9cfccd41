"""The template's storage as moto holds it: made once by requests, and put back as it was then for each test.

Making it costs eight requests to moto's own responses, in Python; copying what they made costs next to nothing.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any, Final

from moto.backends import get_backend
from moto.dynamodb.models.table import Table

from tests.functions.template import ACCOUNT, REGION

# What each service holds, by the attribute of moto's backend; keys are not among them, and stay.
_HOLDS: Final = {
    "dynamodb": "tables",
    "s3": "buckets",
    "secretsmanager": "secrets",
    "stepfunctions": "state_machines",
    "dynamodbstreams": None,
    "lambda": None,
    "sqs": None,
    "events": None,
}


# moto has an overload for each service; these are found by name.
_backends: Final[Any] = get_backend


class Storage:
    """As it is when this is made."""

    def __init__(self) -> None:
        self._held = {
            service: copy.deepcopy(getattr(_backend(service), attribute))
            for service, attribute in _HOLDS.items()
            if attribute
        }
        self._bucket_accounts = dict(_backends("s3").bucket_accounts)

    def put_back(self) -> None:
        empty()
        for service, held in self._held.items():
            setattr(_backend(service), str(_HOLDS[service]), copy.deepcopy(held))
        _backends("s3").bucket_accounts.update(self._bucket_accounts)


def empty() -> None:
    """Everything but keys: of these moto makes one in a twelfth of a second."""
    for service in _HOLDS:
        backends = _backends(service)
        for region in (REGION, "aws"):
            if region in backends[ACCOUNT]:
                backends[ACCOUNT][region].reset()


def _backend(service: str) -> Any:
    return _backends(service)[ACCOUNT]["aws" if service == "s3" else REGION]


def copy_of_a_table(table: Table, _memo: Any = None) -> Table:
    """A deep copy of a table's items, and of nothing that does not change.

    moto copies every table that a transaction writes to, to put it back when the transaction fails: with all records
    of its stream, and with its schema, which took half of all the time of these tests.
    """
    made = copy.copy(table)
    made.items = defaultdict(dict, {key: copy.deepcopy(found) for key, found in table.items.items()})
    if table.stream_shard:
        made.stream_shard = copy.copy(table.stream_shard)
        made.stream_shard.table = made
        made.stream_shard.items = list(table.stream_shard.items)
    return made
