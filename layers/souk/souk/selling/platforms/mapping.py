"""Sealed credentials as an item of the identity table."""

from __future__ import annotations

from souk.aws.tables import Item
from souk.selling.platforms.keys import credentials_key
from souk.selling.platforms.model import Platform, SealedCredentials
from souk.shared.clock import from_wire, to_wire


def from_sealed(sealed: SealedCredentials) -> Item:
    return {
        **credentials_key(sealed.owner_id, sealed.platform),
        "access_token": sealed.access_token,
        "refresh_token": sealed.refresh_token,
        "token_expires_at": None if sealed.expires_at is None else to_wire(sealed.expires_at),
        "updated_at": to_wire(sealed.updated_at),
        "version": sealed.version,
    }


def to_sealed(owner_id: str, item: Item) -> SealedCredentials:
    refresh_token, expires_at = item["refresh_token"], item["token_expires_at"]
    return SealedCredentials(
        owner_id=owner_id,
        platform=Platform(credentials_key.id_of(item)),
        access_token=bytes(item["access_token"]),
        refresh_token=None if refresh_token is None else bytes(refresh_token),
        expires_at=None if expires_at is None else from_wire(expires_at),
        updated_at=from_wire(item["updated_at"]),
        version=item["version"],
    )
