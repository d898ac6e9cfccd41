"""Keys of postal addresses. They are in the identity table: see souk.accounts.auth.keys."""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

address_key: Final = Row("ACCOUNT#{}", "POSTAL#{}")
