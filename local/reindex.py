"""`make reindex`: the search index is built anew out of the catalogue, here or on AWS (STACK=...).

It may run at any time: searches go on with the index that there is, and changes made meanwhile are in the new one.
"""

from __future__ import annotations

from local.invoking import Functions
from local.settings import Settings
from local.terminal import Terminal


def reindex(settings: Settings, terminal: Terminal) -> int:
    """Invoke rebuild_index. Raises Unusable."""
    done = Functions(settings).invoke("RebuildIndexFunction", {})
    terminal.line(f"{done['products']} products are in the search index.")
    return 0
