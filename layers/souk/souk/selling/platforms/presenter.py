"""A connection as its owner sees it."""

from __future__ import annotations

from souk.selling.platforms.model import Connection
from souk.selling.platforms.schemas import ConnectionOut


def present_connection(connection: Connection) -> ConnectionOut:
    return ConnectionOut.of(connection)
