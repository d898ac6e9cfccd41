"""What is among many: the items that there are many of, and the calls whose cost has to stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.functions.cloud import Answer, Cloud
from tests.unit.storefront.payments.stripe_in_process import Stripe

type Act = Callable[[], Answer]
type Prepare = Callable[[], Act]
"""Brings about what a call needs before, and answers the call."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Of the item in `table` whose pk and sk are `of`; `key` makes those of a copy from an id."""

    table: str
    of: tuple[str, str]
    key: Callable[[str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Growing:
    copies: Sequence[Copies]
    calls: Mapping[str, Prepare]


type Grow = Callable[[Cloud, Stripe], Growing]
