"""The keys of shops and follows in the catalogue table, and the condition of selling.

pk              sk                   what
SHOP#<id>       SHOP                 the shop; its id is its owner's
SHOP#<id>       RULING#<id>          a decision of an operator about the shop's verification: who, when, why
SHOP#<id>       RATING               {sum, count}: moved by reviews; absent = none
SHOP#<id>       FOLLOWERS            {count}: an item of its own, so that followers do not contend with orders
USER#<id>       FOLLOW#<uuid7>       a shop that the user follows, newest last
USER#<id>       FOLLOWING#<shop>     makes a follow unique; holds the id of its FOLLOW#
"""

from __future__ import annotations

from souk.aws.tables import Check, Item
from souk.storefront.sellers.model import Verification, may_not_sell

FOLLOW_PREFIX = "FOLLOW#"


def shop_key(shop_id: str) -> dict[str, str]:
    return under_shop(shop_id, "SHOP")


def shop_rating_key(shop_id: str) -> dict[str, str]:
    return under_shop(shop_id, "RATING")


def followers_key(shop_id: str) -> dict[str, str]:
    return under_shop(shop_id, "FOLLOWERS")


def decision_key(shop_id: str, decision_id: str) -> dict[str, str]:
    return under_shop(shop_id, f"RULING#{decision_id}")


def follow_key(user_id: str, follow_id: str) -> dict[str, str]:
    return {"pk": f"USER#{user_id}", "sk": f"{FOLLOW_PREFIX}{follow_id}"}


def following_key(user_id: str, shop_id: str) -> dict[str, str]:
    return {"pk": f"USER#{user_id}", "sk": f"FOLLOWING#{shop_id}"}


def under_shop(shop_id: str, sort_key: str) -> dict[str, str]:
    """The key of something that belongs to a shop."""
    return {"pk": f"SHOP#{shop_id}", "sk": sort_key}


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
