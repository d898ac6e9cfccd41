"""Rebuild the search index from the whole catalogue: on no route, only for callers that may invoke functions."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.search import catalogue_indexer


@step
def handler(_event: Mapping[str, Any]) -> dict[str, int]:
    """`{"products": <number in the index>}`. Changes that are made meanwhile are in it too."""
    return {"products": catalogue_indexer().rebuild()}
