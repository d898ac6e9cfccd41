"""Address books."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from souk.accounts.addresses.service import AddressService


@cache
def addresses() -> AddressService:
    from souk.accounts.addresses.adapters.phone_numbers import PhoneNumbers
    from souk.accounts.addresses.adapters.postal_data import PostalData
    from souk.accounts.addresses.repository import AddressRepository
    from souk.accounts.addresses.service import AddressService
    from souk.aws.settings import setting
    from souk.shared.clock import utc_now

    repository = AddressRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"))
    return AddressService(repository, PostalData(), PhoneNumbers(), utc_now)
