"""The gateway's authorizer: whether the access token of a request is good, and whose it is."""

from collections.abc import Mapping
from typing import Any

from souk.wiring.auth import verdict


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Verify the token; the endpoint acts on the verdict."""
    return verdict({name.lower(): value for name, value in (event.get("headers") or {}).items()})
