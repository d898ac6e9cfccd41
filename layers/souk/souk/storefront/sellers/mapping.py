"""Shops, verification decisions and follows as items of the catalogue table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from souk.aws.actions import Check, Item, Read
from souk.aws.attributes import drop_none
from souk.shared.clock import from_wire, to_wire
from souk.storefront.sellers.keys import decision_key, follow_key, shop_key
from souk.storefront.sellers.model import (
    Application,
    Decision,
    Following,
    Rating,
    ReturnAddress,
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
    return drop_none(**item)


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


def to_rating(item: Mapping[str, Any] | None) -> Rating:
    """The rating of a shop or a product; None: nobody has reviewed it."""
    return Rating(int(item["sum"]), int(item["count"])) if item else Rating()


def from_decision(decision: VerificationDecision) -> Item:
    return {
        **decision_key(decision.shop_id, decision.id),
        "id": decision.id,
        "shop_id": decision.shop_id,
        "decision": decision.decision.value,
        "reason": decision.reason,
        "by": decision.operator_id,
        "at": to_wire(decision.decided_at),
        "outcome": decision.outcome.value,
    }


def to_decision(item: Mapping[str, Any]) -> VerificationDecision:
    return VerificationDecision(
        id=item["id"],
        shop_id=item["shop_id"],
        decision=Decision(item["decision"]),
        reason=item["reason"],
        operator_id=item["by"],
        decided_at=from_wire(item["at"]),
        outcome=Verification(item["outcome"]),
    )


def from_following(following: Following) -> Item:
    return {
        **follow_key(following.user_id, following.id),
        "id": following.id,
        "user_id": following.user_id,
        "shop_id": following.shop_id,
        "at": to_wire(following.at),
    }


def to_following(item: Mapping[str, Any]) -> Following:
    return Following(item["id"], item["user_id"], item["shop_id"], from_wire(item["at"]))


def _from_application(application: Application) -> dict[str, Any]:
    address = application.return_address
    return drop_none(
        category=application.category,
        experience_level=application.experience_level,
        monthly_revenue=application.monthly_revenue,
        platforms=list(application.platforms),
        social_links=dict(application.social_links),
        return_address=None if address is None else _from_address(address),
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
    return drop_none(**{name: getattr(address, name) for name in ReturnAddress.__slots__})
