"""Shops, applications, decisions and follows as answers."""

from __future__ import annotations

from collections.abc import Iterable

from souk.http.messages import Response, etag
from souk.http.pagination import to_cursor
from souk.shared.clock import to_wire
from souk.storefront.sellers.model import Application, Following, ReturnAddress, Shop, ShopFront, VerificationDecision
from souk.storefront.sellers.schemas import (
    ApplicationOut,
    ApplicationStatus,
    DecisionOut,
    FollowedShop,
    FollowedShops,
    PostalAddress,
    ShopOut,
)


def respond(front: ShopFront) -> Response:
    """A shop with its version as ETag."""
    shop = front.shop
    body = ShopOut(
        id=shop.id,
        shop_name=shop.shop_name,
        logo_url=shop.logo_url,
        bio=shop.bio,
        verification=shop.verification,
        rating=front.rating.average,
        review_count=front.rating.count,
        follower_count=front.followers,
        version=shop.version,
        created_at=to_wire(shop.created_at),
    )
    return Response(body, headers=etag(shop.version))


def present_status(shop: Shop) -> ApplicationStatus:
    """The state of the shop's application."""
    return ApplicationStatus(id=shop.id, status=shop.verification)


def present_decision(decision: VerificationDecision, shop: Shop) -> DecisionOut:
    return DecisionOut(
        id=decision.shop_id,
        status=decision.outcome,
        decision=decision.decision,
        reason=decision.reason,
        decided_by=decision.operator_id,
        decided_at=to_wire(decision.decided_at),
        application=_present_application(shop.application) if shop.application else None,
        applied_at=to_wire(shop.applied_at) if shop.applied_at else None,
    )


def present_following(followed: Iterable[tuple[Following, Shop]], next_key: dict[str, str] | None) -> FollowedShops:
    """A page of the shops that a user follows."""
    return FollowedShops(
        data=[_present_followed(following, shop) for following, shop in followed], next_cursor=to_cursor(next_key)
    )


def _present_followed(following: Following, shop: Shop) -> FollowedShop:
    return FollowedShop(
        id=shop.id,
        shop_name=shop.shop_name,
        logo_url=shop.logo_url,
        verification=shop.verification,
        followed_at=to_wire(following.at),
    )


def _present_application(application: Application) -> ApplicationOut:
    address = application.return_address
    return ApplicationOut(
        category=application.category,
        experience_level=application.experience_level,
        monthly_revenue=application.monthly_revenue,
        platforms=list(application.platforms),
        social_links=dict(application.social_links),
        return_address=_present_address(address) if address else None,
    )


def _present_address(address: ReturnAddress) -> PostalAddress:
    return PostalAddress(
        full_name=address.full_name,
        address_line1=address.line1,
        address_line2=address.line2,
        city=address.city,
        state=address.state,
        post_code=address.postal_code,
        country=address.country,
        phone=address.phone,
    )
