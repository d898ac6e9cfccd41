"""The keys of the catalogue in its table.

Shops (`souk.storefront.sellers`), the state of the search index (`souk.storefront.search`), reviews and records of an
Idempotency-Key (`souk.aws.idempotency`) are in the same table.
"""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

product_key: Final = Row("PRODUCT#{}", "PRODUCT")
"""A product. It stays when its owner removes it. In the index `due` while photos are pending."""
stock_key: Final = Row("PRODUCT#{}", "STOCK")
"""How many can be ordered: an item of its own, since orders change it."""
rating_key: Final = Row("PRODUCT#{}", "RATING")
"""Sum and count of its reviews: an item of its own; absent when there are none."""
movement_key: Final = Row("PRODUCT#{}", "MOVEMENT#{}")
"""A movement of its stock, by UUIDv7."""
owned_key: Final = Row("USER#{}", "PRODUCT#{}")
"""That a product belongs to this seller."""
shipping_key: Final = Row("USER#{}", "SHIPPING#{}")
"""A shipping profile of this seller."""
