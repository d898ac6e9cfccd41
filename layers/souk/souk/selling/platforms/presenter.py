"""A connection as its owner sees it."""

from __future__ import annotations

from souk.selling.platforms.model import Connection
from souk.selling.platforms.schemas import ConnectionOut
from souk.shared.clock import to_wire


def present_connection(connection: Connection) -> ConnectionOut:
    expires_at, updated_at = connection.expires_at, connection.updated_at
    return ConnectionOut(
        platform=connection.platform.value,
        connected=connection.connected,
        renewable=connection.renewable,
        expires_at=None if expires_at is None else to_wire(expires_at),
        updated_at=None if updated_at is None else to_wire(updated_at),
    )
