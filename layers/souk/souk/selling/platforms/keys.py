"""Keys of platform items in the identity table.

pk                sk                      what
ACCOUNT#<id>      PLATFORM#<platform>     sealed credentials
ACCOUNT#<id>      SETTINGS#<platform>     settings as JSON text, with their version
"""

from __future__ import annotations

from typing import Final

from souk.accounts.auth.keys import under
from souk.selling.platforms.model import Platform

CREDENTIALS_PREFIX: Final = "PLATFORM#"


def credentials_key(owner_id: str, platform: Platform) -> dict[str, str]:
    return under(owner_id, f"{CREDENTIALS_PREFIX}{platform.value}")


def settings_key(owner_id: str, platform: Platform) -> dict[str, str]:
    return under(owner_id, f"SETTINGS#{platform.value}")
