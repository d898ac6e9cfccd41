"""Postal addresses and the address book. What countries want of an address is imported by who asks for it."""

from souk.accounts.addresses.model.address import MOST_ADDRESSES, Address, AddressBook, PostalAddress, completed

__all__ = [
    "MOST_ADDRESSES",
    "Address",
    "AddressBook",
    "PostalAddress",
    "completed",
]
