"""The gateway's authorizer: whether the access token of a request is valid, and whose it is."""

from collections.abc import Mapping
from typing import Any

from souk.wiring.auth import authorize


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Verify the token. The endpoint refuses the request if the token is not valid."""
    return authorize({name.lower(): value for name, value in (event.get("headers") or {}).items()})
