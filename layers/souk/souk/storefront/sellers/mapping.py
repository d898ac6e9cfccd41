"""Shops, verification decisions and follows as items of the catalogue table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from souk.aws.actions import Check, Item, Read
from souk.aws.items import Codec
from souk.storefront.sellers.keys import decision_key, follow_key, shop_key
from souk.storefront.sellers.model import (
    Following,
    Rating,
    Shop,
    Verification,
    VerificationDecision,
    may_not_sell,
)


def read_shop(table: str, shop_id: str) -> Read[Shop]:
    return Read(table, shop_key(shop_id), to_shop)


def shop_may_sell(table: str, seller_id: str, *, verified_only: bool) -> Check:
    """Check within a transaction that the shop may sell: the same rule as `Shop.may_sell`.

    Raises MayNotSell `no_shop`, `shop_suspended` or `shop_not_verified`, with the `seller_id` as a member.
    """

    def refusal(item: Item | None) -> Exception:
        return may_not_sell(seller_id, None if item is None else Verification(item["verification"]))

    if verified_only:
        condition, values = "#verification = :verified", {"verified": Verification.VERIFIED.value}
    else:
        condition = "attribute_exists(#pk) AND #verification <> :suspended"
        values = {"suspended": Verification.SUSPENDED.value}
    return Check(table, shop_key(seller_id), condition=condition, values=values, otherwise=refusal)


_SHOP: Final = Codec(Shop)
_DECISION: Final = Codec(VerificationDecision, names={"operator_id": "by", "decided_at": "at"})
_FOLLOWING: Final = Codec(Following)


def from_shop(shop: Shop) -> Item:
    return {**shop_key(shop.id), **_SHOP.encode(shop)}


def to_shop(item: Mapping[str, Any]) -> Shop:
    return _SHOP.decode(item)


def to_rating(item: Mapping[str, Any] | None) -> Rating:
    """The rating of a shop or a product; None: nobody has reviewed it."""
    return Rating(int(item["sum"]), int(item["count"])) if item else Rating()


def from_decision(decision: VerificationDecision) -> Item:
    return {**decision_key(decision.shop_id, decision.id), **_DECISION.encode(decision)}


def to_decision(item: Mapping[str, Any]) -> VerificationDecision:
    return _DECISION.decode(item)


def from_following(following: Following) -> Item:
    return {**follow_key(following.user_id, following.id), **_FOLLOWING.encode(following)}


def to_following(item: Mapping[str, Any]) -> Following:
    return _FOLLOWING.decode(item)
