"""Keys of platform items. They are in the identity table: see souk.accounts.auth.keys."""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

credentials_key: Final = Row("ACCOUNT#{}", "PLATFORM#{}")
"""Sealed credentials of an account, by platform."""
settings_key: Final = Row("ACCOUNT#{}", "SETTINGS#{}")
"""Settings of an account as JSON text with their version, by platform."""
