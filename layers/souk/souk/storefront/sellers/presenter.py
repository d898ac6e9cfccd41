"""Shops, applications, decisions and follows as answers."""

from __future__ import annotations

from collections.abc import Iterable

from souk.http.messages import Response, etag
from souk.http.pagination import to_cursor
from souk.storefront.sellers.model import Application, Following, ReturnAddress, Shop, ShopFront, VerificationDecision
from souk.storefront.sellers.schemas import (
    ApplicationOut,
    ApplicationStatus,
    DecisionOut,
    FollowedShop,
    FollowedShops,
    ReturnAddressOut,
    ShopOut,
)


def respond(front: ShopFront) -> Response:
    """A shop with its version as ETag."""
    shop, rating = front.shop, front.rating
    body = ShopOut.of(shop, rating=rating.average, review_count=rating.count, follower_count=front.followers)
    return Response(body, headers=etag(shop.version))


def present_status(shop: Shop) -> ApplicationStatus:
    """The state of the shop's application."""
    return ApplicationStatus(id=shop.id, status=shop.verification)


def present_decision(decision: VerificationDecision, shop: Shop) -> DecisionOut:
    return DecisionOut.of(
        decision,
        id=decision.shop_id,
        status=decision.outcome,
        decided_by=decision.operator_id,
        application=_present_application(shop.application) if shop.application else None,
        applied_at=shop.applied_at,
    )


def present_following(followed: Iterable[tuple[Following, Shop]], next_key: dict[str, str] | None) -> FollowedShops:
    """A page of the shops that a user follows."""
    shops = [FollowedShop.of(shop, followed_at=following.at) for following, shop in followed]
    return FollowedShops(data=shops, next_cursor=to_cursor(next_key))


def _present_application(application: Application) -> ApplicationOut:
    address = application.return_address
    return ApplicationOut.of(application, return_address=_present_address(address) if address else None)


def _present_address(address: ReturnAddress) -> ReturnAddressOut:
    return ReturnAddressOut.of(
        address, address_line1=address.line1, address_line2=address.line2, post_code=address.postal_code
    )
