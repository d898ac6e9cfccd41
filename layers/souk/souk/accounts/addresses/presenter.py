"""Addresses as wire answers."""

from __future__ import annotations

from souk.accounts.addresses.model import Address
from souk.accounts.addresses.schemas import AddressOut
from souk.http.messages import Response, etag


def respond_address(address: Address, is_default: bool) -> Response:
    """An address with its ETag."""
    return Response(present_address(address, is_default), headers=etag(address.version))


def present_address(address: Address, is_default: bool) -> AddressOut:
    return AddressOut.of(address, address_line1=address.line1, address_line2=address.line2, is_default=is_default)
