"""That there has been an index: an item of the catalogue's table, so that an index that is lost is not taken for one
that nothing was ever written to.

pk                sk                    what
INDEX             SEARCH                the products have been indexed once
"""

from __future__ import annotations

from typing import Final

from souk.aws.tables import Put, Tables

_KEY: Final = {"pk": "INDEX", "sk": "SEARCH"}


class IndexMarker:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def set(self) -> None:
        """Again is success."""
        self._tables.put(Put(self._table, dict(_KEY)))

    def is_set(self) -> bool:
        return self._tables.get(self._table, _KEY) is not None
