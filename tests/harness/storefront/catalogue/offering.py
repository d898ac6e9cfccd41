"""A seller with one product, in the world of listings: its photos share the bucket and the sweep."""

from __future__ import annotations

from typing import Any

from souk.aws.items import to_attributes
from souk.aws.tables import from_stream
from souk.selling.photos.model import Photo
from souk.shared.money import Money
from souk.storefront.catalogue.keys import product_key
from souk.storefront.catalogue.mapping import from_product, from_stock, to_product
from souk.storefront.catalogue.model import Product, Stock
from souk.storefront.sellers.mapping import from_shop
from souk.storefront.sellers.model import Shop, Verification
from tests.harness.world import CATALOGUE, OWNER, World

PRODUCT = "01890000-0000-7000-8000-0000000000cc"
_PICTURE = b"picture of a lamp"


class Offering:
    def __init__(self, world: World) -> None:
        self.world = world
        self._calls = 0
        now = world.clock()
        made = Product(PRODUCT, OWNER, "Lamp", "", Money.from_minor(4950, "USD"), "home", now, now)
        shop = Shop(OWNER, "Lamps", Verification.UNVERIFIED, 1, now, now)
        for item in (from_shop(shop), from_product(made), from_stock(Stock(PRODUCT, 5, 1))):
            world.store.put_item(TableName=CATALOGUE, Item=to_attributes(item))

    def announce(self) -> str:
        """The key of a photo's upload."""
        self._calls += 1
        body = {"files": [{"content_type": "image/jpeg", "size": 99}]}
        answer = self.world.persist("add_images", PRODUCT, body=body, key=f"announce-{self._calls}")
        assert answer.status == 201, answer
        key: str = answer.body["uploads"][-1]["fields"]["key"]
        return key

    def upload(self, key: str) -> None:
        self.world.bucket.upload(key, _PICTURE, "image/jpeg")

    @property
    def product(self) -> Product:
        item = from_stream(self.world.store.item(CATALOGUE, to_attributes(product_key(PRODUCT))))
        assert item is not None
        return to_product(item)

    @property
    def verdicts(self) -> list[tuple[str, str | None]]:
        return [(photo.status.value, photo.reason) for photo in self.photos]

    @property
    def photos(self) -> tuple[Photo, ...]:
        return self.product.photos


def claim_all_settled(offering: Offering) -> None:
    """No photo waits, nothing is due, and what is ready is public."""
    product, objects = offering.product, offering.world.bucket.objects
    assert (product.pending_photos, product.due_at) == ((), None)
    assert offering.world.overdue_to_come() == []
    shown: list[Any] = [photo.content_hash for photo in product.photos if photo.content_hash]
    assert [one for one in shown if f"public/{one}" not in objects] == []
