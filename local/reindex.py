"""`make reindex`: rebuild the search index from the catalogue, here or on AWS (STACK=...).

It may run at any time: searches use the old index meanwhile, and the new one includes changes made meanwhile.
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
