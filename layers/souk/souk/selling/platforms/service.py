"""A seller's connections to marketplaces, and the settings to sell with there.

Only `open_credentials` returns tokens in the clear, for calls to the marketplace and never for an HTTP answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from souk.aws.kms import ForeignCiphertext
from souk.selling.platforms.model import Connection, Credentials, Platform, SealedCredentials, TokenKind
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, NotFound
from souk.shared.versioned import Versions

if TYPE_CHECKING:
    from pydantic import BaseModel


class Seal(Protocol):
    """Encryption of a text that can be decrypted only in the same context."""

    def encrypt(self, plaintext: bytes, context: Mapping[str, str]) -> bytes: ...

    def decrypt(self, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """Raises ForeignCiphertext."""
        ...


class PlatformStore(Protocol):
    def connections(self, owner_id: str) -> tuple[Connection, ...]: ...

    def find(self, owner_id: str, platform: Platform) -> SealedCredentials | None: ...

    def put(self, sealed: SealedCredentials) -> None:
        """Store, in place of earlier credentials."""
        ...

    def renew(self, sealed: SealedCredentials, expected: str) -> bool:
        """Store in place of version `expected`. False, and nothing is stored, when that is not the current version."""
        ...

    def remove(self, owner_id: str, platform: Platform) -> None: ...

    def settings(self, owner_id: str, platform: Platform) -> tuple[str | None, int]:
        """The settings as JSON text and their version; None and 0 when none are stored."""
        ...

    def save_settings(self, owner_id: str, platform: Platform, text: str, allowed: Versions | None) -> int:
        """Returns the new version. Raises PreconditionFailed unless the stored version is one of `allowed`."""
        ...


class Connections:
    """Sellers' connections and their credentials."""

    def __init__(self, store: PlatformStore, seal: Seal, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._new_id = new_id

    def list(self, owner_id: str) -> tuple[Connection, ...]:
        """Every platform, connected or not, always in the same order."""
        known = {connection.platform: connection for connection in self._store.connections(owner_id)}
        return tuple(known.get(platform, Connection(platform, connected=False)) for platform in Platform)

    def connect(self, owner_id: str, platform: Platform, credentials: Credentials) -> Connection:
        """Store a seller's tokens, in place of earlier ones."""
        sealed = self._sealed(owner_id, platform, credentials)
        self._store.put(sealed)
        return sealed.connection

    def disconnect(self, owner_id: str, platform: Platform) -> None:
        """Remove the credentials; success too when there are none."""
        self._store.remove(owner_id, platform)

    def open_credentials(self, owner_id: str, platform: str) -> Credentials:
        """The tokens in the clear. Raises Conflict `platform_not_connected`."""
        sealed = self._store.find(owner_id, Platform.parse(platform))
        if sealed is None:
            raise _not_connected(platform)
        refresh_token = sealed.refresh_token
        return Credentials(
            access_token=self._opened(sealed, "access_token", sealed.access_token),
            refresh_token=None if refresh_token is None else self._opened(sealed, "refresh_token", refresh_token),
            expires_at=sealed.expires_at,
            version=sealed.version,
        )

    def save_refreshed(self, owner_id: str, platform: str, refreshed: Credentials) -> bool:
        """Store renewed tokens in place of the credentials of version `refreshed.version`.

        False, and nothing is stored, when the seller has connected again or disconnected meanwhile.
        """
        return self._store.renew(self._sealed(owner_id, Platform.parse(platform), refreshed), refreshed.version)

    def _sealed(self, owner_id: str, platform: Platform, credentials: Credentials) -> SealedCredentials:
        def seal(kind: TokenKind, token: str) -> bytes:
            return self._seal.encrypt(token.encode(), _context(owner_id, platform, kind))

        refresh_token = credentials.refresh_token
        return SealedCredentials(
            owner_id=owner_id,
            platform=platform,
            access_token=seal("access_token", credentials.access_token),
            refresh_token=None if refresh_token is None else seal("refresh_token", refresh_token),
            expires_at=credentials.expires_at,
            updated_at=self._clock(),
            version=self._new_id(),
        )

    def _opened(self, sealed: SealedCredentials, kind: TokenKind, token: bytes) -> str:
        try:
            return self._seal.decrypt(token, _context(sealed.owner_id, sealed.platform, kind)).decode()
        except ForeignCiphertext as error:
            # Encrypted under a key that was replaced, or copied from another item: only new tokens help.
            raise _unreadable(sealed.platform.value) from error


@dataclass(frozen=True, slots=True)
class Versioned[T]:
    """Settings and their stored version."""

    settings: T
    version: int


class SellingTerms:
    """Sellers' settings on each platform. `models` returns a platform's pydantic model, imported when first needed."""

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

    def save(self, owner_id: str, platform: str, settings: Any, if_match: Versions | None) -> Versioned[Any]:
        """Raises NotFound, and PreconditionFailed unless the version is one of `if_match`."""
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
        raise _not_connected(platform)


def _not_connected(platform: str) -> Conflict:
    return _must_connect(platform, f"Connect your {platform} account first")


def _unreadable(platform: str) -> Conflict:
    return _must_connect(platform, f"The tokens of your {platform} account cannot be read. Connect it again")


def _must_connect(platform: str, detail: str) -> Conflict:
    return Conflict(f"{detail}: PUT /platforms/{platform}/credentials.", code="platform_not_connected")


def _context(owner_id: str, platform: Platform, kind: TokenKind) -> dict[str, str]:
    return {"owner": owner_id, "platform": platform.value, "kind": kind}
