"""Whether calls cost more when there is more: requests and capacity at 100 items and at 100,000 have to be equal.

The functions run over moto in this process. Items lie where they are most in the way: they are all of the person who
asks, or about the product that is asked for, in one partition. Time is not measured: moto looks at every item, and
DynamoDB at those that it answers. One call is left out: the search, which asks no table.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import io
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Final

import moto.dynamodb.models
import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from benchmarks import growing_listings, growing_storefront
from benchmarks.growing import Act, Copies, Grow
from benchmarks.rows import Row
from souk.aws import clients
from tests.functions.capacity import billed
from tests.functions.cloud import Call, Cloud, create_keys, forget
from tests.functions.storefront.orders.market import stripe_for
from tests.functions.template import ACCOUNT, REGION
from tests.unit.storefront.payments.stripe_in_process import Stripe

FEW: Final = 100
MANY: Final = 100_000


def measure(few: int = FEW, many: int = MANY) -> list[Row]:
    """Raises RuntimeError when a call does not succeed."""
    bills: dict[str, list[str]] = {}
    for grow in (growing_listings.listings, *growing_storefront.WORLDS):
        bills |= _bills(grow, (few, many))
        gc.collect()
    grown = [f"{name}: {' -> '.join(each)}" for name, each in bills.items() if len(set(each)) > 1]
    note = "; ".join(grown) or f"of {len(bills)}; requests, RRU and WRU"
    return [Row(f"calls that cost more at {many:,} items than at {few}", len(grown), "calls", note)]


def _bills(grow: Grow, sizes: tuple[int, ...]) -> Mapping[str, list[str]]:
    """By call, what it costs over so many items, size by size."""
    bills: dict[str, list[str]] = {}
    with _cloud() as (cloud, stripe):
        growing = grow(cloud, stripe)
        for before, size in zip((0, *sizes), sizes, strict=False):
            for copies in growing.copies:
                _fill(cloud, copies, range(before, size))
            for name, prepare in growing.calls.items():
                bills.setdefault(name, []).append(_bill(cloud, prepare()))
    return bills


def _bill(cloud: Cloud, act: Act) -> str:
    with billed(cloud) as bill:
        answer = act()
    if answer.status >= 300:
        raise RuntimeError(f"answered {answer.status}: {answer.body}")
    return bill.row()


@contextlib.contextmanager
def _cloud() -> Iterator[tuple[Cloud, Stripe]]:
    with contextlib.redirect_stdout(io.StringIO()), pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        environment.setattr(moto.dynamodb.models, "copy", SimpleNamespace(deepcopy=_copied))
        forget()
        cloud = Cloud(environment, "-growth")
        cloud.create(create_keys())
        with _noting(cloud), stripe_for(cloud, environment) as stripe:
            yield cloud, stripe
        forget()


# Items ---------------------------------------------------------------------------------------------------------------


def _fill(cloud: Cloud, copies: Copies, numbers: range) -> None:
    """Copies of one item under other keys, which share what they have in common. All are older than what is real."""
    table = dynamodb_backends[ACCOUNT][REGION].tables[cloud.physical[copies.table]]
    pk, sk = (DynamoType({"S": text}) for text in copies.of)
    pattern = table.items[pk][sk]
    for number in numbers:
        first, second = (DynamoType({"S": text}) for text in copies.key(f"00000000-0000-7000-8000-{number:012x}"))
        item = Item(first, second, {})
        item.attrs.update(pattern.attrs)
        item.attrs.update(pk=first, sk=second)
        table.items[first][second] = item


def _copied(thing: Any) -> Any:
    """moto copies whole tables so that it can roll transactions back; none is rolled back here."""
    return thing if isinstance(thing, Table) else copy.deepcopy(thing)


@contextlib.contextmanager
def _noting(cloud: Cloud) -> Iterator[None]:
    """What functions ask of AWS is in `cloud.calls`."""

    def note(model: Any, **_: Any) -> None:
        cloud.calls.append(Call(model.service_model.service_name, model.name, {}))

    heard = [clients.client(service).meta.events for service in ("dynamodb", "kms")]
    for events in heard:
        events.register("before-call", note)
    try:
        yield
    finally:
        for events in heard:
            events.unregister("before-call", note)
