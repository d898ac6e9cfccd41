"""Keys of profiles. They are in the identity table: see souk.accounts.auth.keys."""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

profile_key: Final = Row("ACCOUNT#{}", "PROFILE")
"""The profile, which address is the default, and the number of addresses."""
username_key: Final = Row("USERNAME#{}", "USERNAME")
"""Makes a canonical username unique; has its account."""
