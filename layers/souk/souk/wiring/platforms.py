"""Sellers' connections to marketplaces, and their settings there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from souk.selling.platforms.repository import PlatformRepository
    from souk.selling.platforms.service import Connections, SellingTerms


@cache
def platforms() -> Connections:
    from souk.aws.clients import client
    from souk.aws.kms import EncryptionKey
    from souk.aws.settings import setting
    from souk.selling.platforms.service import Connections
    from souk.shared.clock import new_id, utc_now

    seal = EncryptionKey(client("kms"), setting("SOUK_CREDENTIALS_KEY"))
    return Connections(platform_repository(), seal, utc_now, new_id)


@cache
def selling_terms() -> SellingTerms:
    from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
    from souk.selling.platforms.model import Platform
    from souk.selling.platforms.service import SellingTerms

    return SellingTerms(platform_repository(), {Platform.EBAY: lambda: EbaySettings})


@cache
def platform_repository() -> PlatformRepository:
    from souk.aws.settings import setting
    from souk.selling.platforms.repository import PlatformRepository

    return PlatformRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"))


def require_connected(owner_id: str, platform: str) -> None:
    """Raises Conflict `platform_not_connected`."""
    from souk.selling.platforms.service import require_connected

    require_connected(platform_repository(), owner_id, platform)
