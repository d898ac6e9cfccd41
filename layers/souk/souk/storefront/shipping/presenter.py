"""Shipping profiles on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from souk.http.pagination import to_cursor
from souk.storefront.catalogue.model import ShippingProfile
from souk.storefront.shipping.schemas import ShippingProfileOut, ShippingProfilesOut


def present(profile: ShippingProfile) -> ShippingProfileOut:
    return ShippingProfileOut.of(profile)


def present_page(profiles: Sequence[ShippingProfile], following: dict[str, str] | None) -> ShippingProfilesOut:
    return ShippingProfilesOut(data=[present(profile) for profile in profiles], next_cursor=to_cursor(following))
