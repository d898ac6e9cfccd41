"""Connecting a marketplace, the terms it is sold on, and the tokens for those who publish.

Only `open_credentials` ever gives a token in the clear: to whoever speaks to the marketplace, never into an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from souk.aws.kms import ForeignCiphertext
from souk.selling.platforms.model import Connection, Credentials, Platform, SealedCredentials, TokenKind
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, NotFound, PreconditionFailed

if TYPE_CHECKING:
    from pydantic import BaseModel


class Seal(Protocol):
    """Encryption that binds a text to a context."""

    def encrypt(self, plaintext: bytes, context: Mapping[str, str]) -> bytes: ...

    def decrypt(self, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """Raises ForeignCiphertext."""
        ...


class PlatformStore(Protocol):
    def connections(self, owner_id: str) -> tuple[Connection, ...]: ...

    def find(self, owner_id: str, platform: Platform) -> SealedCredentials | None: ...

    def put(self, sealed: SealedCredentials) -> None:
        """Store over whatever there was."""
        ...

    def renew(self, sealed: SealedCredentials, expected: str) -> bool:
        """Store over version `expected` only. False: there is another one, or none any more."""
        ...

    def remove(self, owner_id: str, platform: Platform) -> None: ...

    def settings(self, owner_id: str, platform: Platform) -> tuple[str | None, int]:
        """The settings as JSON text and their version; None and 0 when there are none."""
        ...

    def save_settings(self, owner_id: str, platform: Platform, text: str, if_version: int | None) -> int:
        """Answers the new version. Raises PreconditionFailed unless the stored version is `if_version`."""
        ...


class Connections:
    """A seller's credentials."""

    def __init__(self, store: PlatformStore, seal: Seal, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._new_id = new_id

    def list(self, owner_id: str) -> tuple[Connection, ...]:
        """Every platform that there is, connected or not, in one order."""
        known = {connection.platform: connection for connection in self._store.connections(owner_id)}
        return tuple(known.get(platform, Connection(platform, connected=False)) for platform in Platform)

    def connect(self, owner_id: str, platform: Platform, credentials: Credentials) -> Connection:
        """Store a seller's tokens in place of earlier ones."""
        sealed = self._sealed(owner_id, platform, credentials)
        self._store.put(sealed)
        return to_connection(sealed)

    def disconnect(self, owner_id: str, platform: Platform) -> None:
        """One that is not connected is success."""
        self._store.remove(owner_id, platform)

    def open_credentials(self, owner_id: str, platform: str) -> Credentials:
        """The tokens in the clear. Raises Conflict `platform_not_connected`."""
        sealed = self._store.find(owner_id, Platform.parse(platform))
        if sealed is None:
            raise not_connected(platform)
        renewal = sealed.refresh_token
        return Credentials(
            access_token=self._opened(sealed, "access_token", sealed.access_token),
            refresh_token=None if renewal is None else self._opened(sealed, "refresh_token", renewal),
            expires_at=sealed.expires_at,
            version=sealed.version,
        )

    def save_refreshed(self, owner_id: str, platform: str, refreshed: Credentials) -> bool:
        """Store what a marketplace gave in exchange for the credentials of version `refreshed.version`.

        False, and nothing is stored, when the seller has connected anew or disconnected meanwhile.
        """
        return self._store.renew(self._sealed(owner_id, Platform.parse(platform), refreshed), refreshed.version)

    def _sealed(self, owner_id: str, platform: Platform, credentials: Credentials) -> SealedCredentials:
        def seal(kind: TokenKind, token: str) -> bytes:
            return self._seal.encrypt(token.encode(), _context(owner_id, platform, kind))

        renewal = credentials.refresh_token
        return SealedCredentials(
            owner_id=owner_id,
            platform=platform,
            access_token=seal("access_token", credentials.access_token),
            refresh_token=None if renewal is None else seal("refresh_token", renewal),
            expires_at=credentials.expires_at,
            updated_at=self._clock(),
            version=self._new_id(),
        )

    def _opened(self, sealed: SealedCredentials, kind: TokenKind, token: bytes) -> str:
        try:
            return self._seal.decrypt(token, _context(sealed.owner_id, sealed.platform, kind)).decode()
        except ForeignCiphertext as error:
            # Of a key that has been replaced, or copied from elsewhere: no try of ours opens it, a new token mends it.
            raise unreadable(sealed.platform.value) from error


@dataclass(frozen=True, slots=True)
class Versioned[T]:
    """Settings and the version under which they are stored."""

    settings: T
    version: int


class SellingTerms:
    """A seller's settings on each platform that has some. `models` imports a platform's model when first needed."""

    def __init__(self, store: PlatformStore, models: Mapping[Platform, Callable[[], type[BaseModel]]]) -> None:
        self._store = store
        self._models = models

    def get(self, owner_id: str, platform: str) -> Versioned[Any]:
        """The settings, or the defaults at version 0. Raises NotFound."""
        known = Platform.parse(platform)
        model = self._model(known)
        text, version = self._store.settings(owner_id, known)
        return Versioned(model() if text is None else model.model_validate_json(text), version)

    def settings_of(self, owner_id: str, platform: str) -> Any:
        """The settings alone. Raises NotFound."""
        return self.get(owner_id, platform).settings

    def save(self, owner_id: str, platform: str, settings: Any, if_match: int | None) -> Versioned[Any]:
        """Raises NotFound, and PreconditionFailed unless the version is `if_match`."""
        known = Platform.parse(platform)
        self._model(known)
        text = settings.model_dump_json()
        return Versioned(settings, self._store.save_settings(owner_id, known, text, if_match))

    def _model(self, platform: Platform) -> type[BaseModel]:
        load = self._models.get(platform)
        if load is None:
            raise NotFound(f"{platform.value} has no settings.")
        return load()


def require_connected(store: PlatformStore, owner_id: str, platform: str) -> None:
    """Raises Conflict `platform_not_connected`."""
    if store.find(owner_id, Platform.parse(platform)) is None:
        raise not_connected(platform)


def to_connection(sealed: SealedCredentials) -> Connection:
    return Connection(
        platform=sealed.platform,
        connected=True,
        renewable=sealed.refresh_token is not None,
        expires_at=sealed.expires_at,
        updated_at=sealed.updated_at,
    )


def not_connected(platform: str) -> Conflict:
    return _to_be_connected(platform, f"Connect your {platform} account first")


def unreadable(platform: str) -> Conflict:
    return _to_be_connected(platform, f"The tokens of your {platform} account cannot be read. Connect it again")


def _to_be_connected(platform: str, detail: str) -> Conflict:
    return Conflict(f"{detail}: PUT /platforms/{platform}/credentials.", code="platform_not_connected")


def stale_settings() -> PreconditionFailed:
    return PreconditionFailed("The settings have changed since you read them.")


def _context(owner_id: str, platform: Platform, kind: TokenKind) -> dict[str, str]:
    return {"owner": owner_id, "platform": platform.value, "kind": kind}
