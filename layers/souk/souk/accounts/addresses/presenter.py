"""Addresses as wire answers."""

from __future__ import annotations

from souk.accounts.addresses.model import Address
from souk.accounts.addresses.schemas import AddressOut
from souk.http.messages import Response, etag


def respond_address(address: Address, is_default: bool) -> Response:
    """An address with its ETag."""
    return Response(present_address(address, is_default), headers=etag(address.version))


def present_address(address: Address, is_default: bool) -> AddressOut:
    return AddressOut(
        id=address.id,
        full_name=address.full_name,
        address_line1=address.line1,
        address_line2=address.line2,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
        phone=address.phone,
        is_default=is_default,
    )
