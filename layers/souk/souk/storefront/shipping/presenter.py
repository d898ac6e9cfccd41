"""Shipping profiles on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from souk.http.pagination import to_cursor
from souk.shared.clock import to_wire
from souk.storefront.catalogue.model import ShippingProfile, ShippingRate
from souk.storefront.shipping.schemas import RateOut, ShippingProfileOut, ShippingProfilesOut


def present(profile: ShippingProfile) -> ShippingProfileOut:
    return ShippingProfileOut(
        id=profile.id,
        name=profile.name,
        country=profile.country,
        currency=profile.currency,
        domestic=_rate(profile.domestic),
        international=_rate(profile.international) if profile.international else None,
        version=profile.version,
        created_at=to_wire(profile.created_at),
        updated_at=to_wire(profile.updated_at),
    )


def present_page(profiles: Sequence[ShippingProfile], following: dict[str, str] | None) -> ShippingProfilesOut:
    return ShippingProfilesOut(data=[present(profile) for profile in profiles], next_cursor=to_cursor(following))


def _rate(rate: ShippingRate) -> RateOut:
    return RateOut(first=rate.first, additional=rate.additional)
