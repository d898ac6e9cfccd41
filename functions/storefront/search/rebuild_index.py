"""Build the search index anew out of the whole catalogue: invoked by whoever may invoke functions, on no route."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.search import catalogue_indexer


@step
def handler(_event: Mapping[str, Any]) -> dict[str, int]:
    """Answers how many products are in it. Changes that are made meanwhile are in it too."""
    return {"products": catalogue_indexer().rebuild()}
