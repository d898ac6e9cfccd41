"""How many products a seller has, and what is left of them: one snapshot per product, and their sum. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Inventory:
    """The number of a seller's products, the units in stock, and how many products have none left."""

    products: int = 0
    units: int = 0
    out_of_stock: int = 0

    def __sub__(self, other: Inventory) -> Inventory:
        return Inventory(
            self.products - other.products, self.units - other.units, self.out_of_stock - other.out_of_stock
        )


@dataclass(frozen=True, slots=True)
class ProductStock:
    """The last known stock state of a product: its seller and whether it is in the shop, and the units in stock.

    `product_version` and `stock_version` are the versions of the two items that this was read from; 0: not seen yet.
    """

    product_id: str
    seller_id: str = ""
    listed: bool = False
    product_version: int = 0
    available: int = 0
    stock_version: int = 0

    def newest(self, other: ProductStock) -> ProductStock:
        """Product and stock each from the snapshot with the higher version: the order of updates does not matter."""
        newest = self
        if other.product_version > self.product_version:
            newest = replace(
                newest, seller_id=other.seller_id, listed=other.listed, product_version=other.product_version
            )
        if other.stock_version > self.stock_version:
            newest = replace(newest, available=other.available, stock_version=other.stock_version)
        return newest

    def same_state(self, other: ProductStock) -> bool:
        """Whether they differ in nothing but the versions."""
        return replace(self, product_version=other.product_version, stock_version=other.stock_version) == other

    @property
    def inventory(self) -> Inventory:
        """What the product adds to its seller's inventory: nothing unless it is in the shop and its stock is known."""
        if not self.listed or not self.stock_version:
            return Inventory()
        return Inventory(1, self.available, int(self.available == 0))
