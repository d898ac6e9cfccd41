"""Sealed credentials and settings in DynamoDB; the keys are those of souk.accounts.auth.keys. No token in the clear."""

from __future__ import annotations

from souk.accounts.auth.keys import partition, under
from souk.aws.tables import Delete, Item, Put, Tables, Update
from souk.selling.platforms.model import Connection, Platform, SealedCredentials
from souk.selling.platforms.service import stale_settings, to_connection
from souk.shared.clock import from_wire, to_wire

_PREFIX = "PLATFORM#"


class PlatformRepository:
    def __init__(self, tables: Tables, table: str) -> None:
        self._tables = tables
        self._table = table

    def connections(self, owner_id: str) -> tuple[Connection, ...]:
        page = self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": partition(owner_id), "prefix": _PREFIX},
            limit=len(Platform),
        )
        return tuple(to_connection(_to_sealed(owner_id, item)) for item in page.items)

    def find(self, owner_id: str, platform: Platform) -> SealedCredentials | None:
        item = self._tables.get(self._table, _key(owner_id, platform))
        return None if item is None else _to_sealed(owner_id, item)

    def put(self, sealed: SealedCredentials) -> None:
        """Store over whatever there was."""
        self._tables.put(Put(self._table, _to_item(sealed)))

    def renew(self, sealed: SealedCredentials, expected: str) -> bool:
        """Store over version `expected` only. False: there is another one, or none any more."""
        try:
            self._tables.put(
                Put(
                    self._table,
                    _to_item(sealed),
                    condition="#version = :expected",
                    values={"expected": expected},
                    otherwise=_Superseded(),
                )
            )
        except _Superseded:
            return False
        return True

    def remove(self, owner_id: str, platform: Platform) -> None:
        self._tables.delete(Delete(self._table, _key(owner_id, platform)))

    def settings(self, owner_id: str, platform: Platform) -> tuple[str | None, int]:
        """The settings as JSON text and their version; None and 0 when there are none."""
        item = self._tables.get(self._table, _settings_key(owner_id, platform))
        return (None, 0) if item is None else (item["settings"], int(item["version"]))

    def save_settings(self, owner_id: str, platform: Platform, text: str, if_version: int | None) -> int:
        """Answers the new version. Raises PreconditionFailed unless the stored version is `if_version`."""
        conditions = {None: None, 0: "attribute_not_exists(#pk)"}
        condition = conditions.get(if_version, "#version = :expected")
        expected = {"expected": if_version} if if_version else {}
        item = self._tables.update(
            Update(
                self._table,
                _settings_key(owner_id, platform),
                "SET #settings = :settings ADD #version :one",
                condition=condition,
                values={"settings": text, "one": 1, **expected},
                otherwise=stale_settings(),
            )
        )
        return int(item["version"])


class _Superseded(Exception):
    pass


def _key(owner_id: str, platform: Platform) -> dict[str, str]:
    return under(owner_id, f"{_PREFIX}{platform.value}")


def _settings_key(owner_id: str, platform: Platform) -> dict[str, str]:
    return under(owner_id, f"SETTINGS#{platform.value}")


def _to_item(sealed: SealedCredentials) -> Item:
    return {
        **_key(sealed.owner_id, sealed.platform),
        "access_token": sealed.access_token,
        "refresh_token": sealed.refresh_token,
        "token_expires_at": None if sealed.expires_at is None else to_wire(sealed.expires_at),
        "updated_at": to_wire(sealed.updated_at),
        "version": sealed.version,
    }


def _to_sealed(owner_id: str, item: Item) -> SealedCredentials:
    renewal, ends = item["refresh_token"], item["token_expires_at"]
    return SealedCredentials(
        owner_id=owner_id,
        platform=Platform(item["sk"].removeprefix(_PREFIX)),
        access_token=bytes(item["access_token"]),
        refresh_token=None if renewal is None else bytes(renewal),
        expires_at=None if ends is None else from_wire(ends),
        updated_at=from_wire(item["updated_at"]),
        version=item["version"],
    )
