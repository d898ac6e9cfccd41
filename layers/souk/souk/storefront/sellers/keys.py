"""The keys of shops and follows in the catalogue table, the shop's item, and the one condition of selling.

pk              sk                   what
SHOP#<id>       SHOP                 the shop; its id is its owner's
SHOP#<id>       RULING#<id>          a decision of an operator: who, when, why
SHOP#<id>       RATING               {sum, count}: moved by reviews; absent = none
SHOP#<id>       FOLLOWERS            {count}: an item of its own, so that followers do not contend with orders
USER#<id>       FOLLOW#<uuid7>       a shop that the user follows, newest last
USER#<id>       FOLLOWING#<shop>     makes a follow unique; the id of its FOLLOW#
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from souk.aws.tables import Check, Item
from souk.shared.clock import from_wire, to_wire
from souk.storefront.sellers.model import Application, MayNotSell, ReturnAddress, Shop, Verification

FOLLOW_PREFIX = "FOLLOW#"


def shop_key(shop_id: str) -> dict[str, str]:
    return under_shop(shop_id, "SHOP")


def shop_rating_key(shop_id: str) -> dict[str, str]:
    return under_shop(shop_id, "RATING")


def followers_key(shop_id: str) -> dict[str, str]:
    return under_shop(shop_id, "FOLLOWERS")


def ruling_key(shop_id: str, ruling_id: str) -> dict[str, str]:
    return under_shop(shop_id, f"RULING#{ruling_id}")


def follow_key(user_id: str, follow_id: str) -> dict[str, str]:
    return {"pk": f"USER#{user_id}", "sk": f"{FOLLOW_PREFIX}{follow_id}"}


def following_key(user_id: str, shop_id: str) -> dict[str, str]:
    return {"pk": f"USER#{user_id}", "sk": f"FOLLOWING#{shop_id}"}


def under_shop(shop_id: str, sort_key: str) -> dict[str, str]:
    """The key of something that belongs to a shop."""
    return {"pk": f"SHOP#{shop_id}", "sk": sort_key}


def shop_may_sell(table: str, seller_id: str, *, verified_only: bool) -> Check:
    """Insist that the shop sells at the moment of the transaction: see `Shop.may_sell`.

    Otherwise MayNotSell `no_shop`, `shop_suspended` or `shop_not_verified`, with the `seller_id` as a member.
    """
    key = shop_key(seller_id)

    def refusal(old: Item | None) -> MayNotSell:
        return may_not_sell(seller_id, None if old is None else Verification(old["verification"]))

    if verified_only:
        condition, values = "#verification = :verified", {"verified": Verification.VERIFIED.value}
    else:
        condition = "attribute_exists(#pk) AND #verification <> :suspended"
        values = {"suspended": Verification.SUSPENDED.value}
    return Check(table, key, condition=condition, values=values, otherwise=refusal)


def may_not_sell(seller_id: str, verification: Verification | None) -> MayNotSell:
    """Why a shop does not sell; None: there is none."""
    extra = {"seller_id": seller_id}
    match verification:
        case None:
            return MayNotSell("There is no shop. Open one with POST /sellers/apply.", code="no_shop", extra=extra)
        case Verification.SUSPENDED:
            return MayNotSell("This shop is suspended and cannot sell.", code="shop_suspended", extra=extra)
    return MayNotSell("Only verified shops sell here, and this one is not yet.", code="shop_not_verified", extra=extra)


def from_shop(shop: Shop) -> Item:
    item = {
        **shop_key(shop.id),
        "id": shop.id,
        "shop_name": shop.shop_name,
        "verification": shop.verification.value,
        "logo_url": shop.logo_url,
        "bio": shop.bio,
        "application": _from_application(shop.application) if shop.application else None,
        "applied_at": to_wire(shop.applied_at) if shop.applied_at else None,
        "suspended_from": shop.suspended_from.value if shop.suspended_from else None,
        "version": shop.version,
        "created_at": to_wire(shop.created_at),
        "updated_at": to_wire(shop.updated_at),
    }
    return _present(item)


def to_shop(item: Mapping[str, Any]) -> Shop:
    application, suspended_from = item.get("application"), item.get("suspended_from")
    return Shop(
        id=item["id"],
        shop_name=item["shop_name"],
        verification=Verification(item["verification"]),
        version=int(item["version"]),
        created_at=from_wire(item["created_at"]),
        updated_at=from_wire(item["updated_at"]),
        logo_url=item.get("logo_url"),
        bio=item.get("bio"),
        application=_to_application(application) if application else None,
        applied_at=from_wire(item["applied_at"]) if "applied_at" in item else None,
        suspended_from=Verification(suspended_from) if suspended_from else None,
    )


def _from_application(application: Application) -> dict[str, Any]:
    address = application.return_address
    return _present(
        {
            "category": application.category,
            "experience_level": application.experience_level,
            "monthly_revenue": application.monthly_revenue,
            "platforms": list(application.platforms),
            "social_links": dict(application.social_links),
            "return_address": None if address is None else _from_address(address),
        }
    )


def _to_application(item: Mapping[str, Any]) -> Application:
    address = item.get("return_address")
    return Application(
        category=item["category"],
        experience_level=item.get("experience_level"),
        monthly_revenue=item.get("monthly_revenue"),
        platforms=tuple(item["platforms"]),
        social_links=item["social_links"],
        return_address=None if address is None else ReturnAddress(**address),
    )


def _from_address(address: ReturnAddress) -> dict[str, Any]:
    return _present({name: getattr(address, name) for name in ReturnAddress.__slots__})


def _present(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}
