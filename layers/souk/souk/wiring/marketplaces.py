"""The adapter of each marketplace, for one seller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from souk.selling.marketplaces.model import STOREFRONT
from souk.shared.errors import NotFound
from souk.wiring import catalogue, payments, platforms, sellers, storage

if TYPE_CHECKING:
    from souk.selling.marketplaces.model import Marketplace


def marketplace(name: str, owner_id: str) -> Marketplace:
    """The marketplace `name` on behalf of one seller. Raises NotFound, Conflict `platform_not_connected`."""
    if name == STOREFRONT:
        return _storefront(owner_id)
    if name != "ebay":
        raise NotFound(f"There is no marketplace {name}.")
    from souk.aws.settings import setting
    from souk.selling.marketplaces.adapters.ebay.adapter import EbayEndpoints, EbayMarketplace
    from souk.selling.marketplaces.adapters.ebay.oauth import AppCredentials, Credentials
    from souk.shared.clock import utc_now

    stored = platforms.platforms().open_credentials(owner_id, name)

    def save(refreshed: Credentials) -> None:
        from souk.selling.platforms.model import Credentials as StoredCredentials

        tokens = (refreshed.access_token, refreshed.refresh_token)
        platforms.platforms().save_refreshed(
            owner_id, name, StoredCredentials(*tokens, refreshed.expires_at, stored.version)
        )

    return EbayMarketplace(
        client=storage.http_client(),
        endpoints=EbayEndpoints(setting("EBAY_API_URL"), setting("EBAY_MEDIA_URL"), setting("EBAY_TOKEN_URL")),
        app_credentials=lambda: AppCredentials(
            storage.vendor_secret("ebay_client_id"), storage.vendor_secret("ebay_client_secret")
        ),
        credentials=Credentials(stored.access_token, stored.refresh_token, stored.expires_at),
        on_refreshed=save,
        settings=platforms.selling_terms().settings_of(owner_id, name),
        clock=utc_now,
    )


def _storefront(owner_id: str) -> Marketplace:
    from souk.selling.marketplaces.adapters.storefront import StorefrontMarketplace
    from souk.shared.clock import new_id, utc_now

    return StorefrontMarketplace(
        owner_id,
        catalogue.product_repository(),
        catalogue.public_pictures(),
        sellers.shop_repository().find,
        payments.charge_rules(),
        utc_now,
        new_id,
    )


def require_connected(owner_id: str, name: str) -> None:
    """Raises Conflict `platform_not_connected`; for the storefront `not_a_seller` or `shop_suspended`."""
    if name != STOREFRONT:
        platforms.require_connected(owner_id, name)
        return
    from souk.selling.marketplaces.adapters.storefront import require_shop

    require_shop(sellers.shop_repository().find(owner_id), owner_id)


def stock_of(product_id: str) -> int | None:
    """The available stock of a product of the storefront; None when there is no such product."""
    return catalogue.product_repository().available(product_id)
