"""Sealed credentials and settings in DynamoDB. No token is ever stored in the clear."""

from __future__ import annotations

from souk.aws.tables import Delete, Put, Tables, Update
from souk.aws.versioned import on_one_of
from souk.selling.platforms.keys import credentials_key, settings_key
from souk.selling.platforms.mapping import from_sealed, to_sealed
from souk.selling.platforms.model import Connection, Platform, SealedCredentials
from souk.shared.errors import PreconditionFailed
from souk.shared.versioned import Stale, Versions


class PlatformRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def connections(self, owner_id: str) -> tuple[Connection, ...]:
        page = self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": credentials_key.partition(owner_id), "prefix": credentials_key.prefix},
            limit=len(Platform),
        )
        return tuple(to_sealed(owner_id, item).connection for item in page.items)

    def find(self, owner_id: str, platform: Platform) -> SealedCredentials | None:
        item = self._tables.get(self._table, credentials_key(owner_id, platform))
        return None if item is None else to_sealed(owner_id, item)

    def put(self, sealed: SealedCredentials) -> None:
        """Store, in place of earlier credentials."""
        self._tables.put(Put(self._table, from_sealed(sealed)))

    def renew(self, sealed: SealedCredentials, expected: str) -> bool:
        """Store in place of version `expected`. False, and nothing is stored, when that is not the current version."""
        try:
            self._tables.put(
                Put(
                    self._table,
                    from_sealed(sealed),
                    condition="#version = :expected",
                    values={"expected": expected},
                    otherwise=Stale(),
                )
            )
        except Stale:
            return False
        return True

    def remove(self, owner_id: str, platform: Platform) -> None:
        self._tables.delete(Delete(self._table, credentials_key(owner_id, platform)))

    def settings(self, owner_id: str, platform: Platform) -> tuple[str | None, int]:
        """The settings as JSON text and their version; None and 0 when none are stored."""
        item = self._tables.get(self._table, settings_key(owner_id, platform))
        return (None, 0) if item is None else (item["settings"], int(item["version"]))

    def save_settings(self, owner_id: str, platform: Platform, text: str, allowed: Versions | None) -> int:
        """Returns the new version. Raises PreconditionFailed unless the stored version is one of `allowed`."""
        condition, expected = on_one_of(allowed)
        item = self._tables.update(
            Update(
                self._table,
                settings_key(owner_id, platform),
                "SET #settings = :settings ADD #version :one",
                condition=condition,
                values={"settings": text, "one": 1, **expected},
                otherwise=PreconditionFailed("The settings have changed since you read them."),
            )
        )
        return int(item["version"])
