"""A seller's tokens are encrypted for one owner, platform and kind, and never overwritten by an older renewal."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import pytest
from pydantic import ValidationError

from souk.selling.marketplaces.adapters.ebay.settings import EbaySettings
from souk.selling.platforms.model import Connection, Credentials, Platform, SealedCredentials
from souk.selling.platforms.schemas import CredentialsIn
from souk.selling.platforms.service import Connections, SellingTerms, require_connected
from souk.shared.errors import Conflict, NotFound
from souk.shared.versioned import Versions, check_version

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


class WrongContext(Exception):
    pass


class FakeSeal:
    """Encryption without a key, that can be decrypted only in its context."""

    def encrypt(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        return repr((plaintext.hex(), sorted(context.items()))).encode()

    def decrypt(self, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        text, suffix = ciphertext.decode(), f", {sorted(context.items())})"
        if not text.endswith(suffix):
            raise WrongContext
        return bytes.fromhex(text.removesuffix(suffix)[2:-1])


class FakeStore:
    def __init__(self) -> None:
        self.sealed: dict[tuple[str, Platform], SealedCredentials] = {}
        self.texts: dict[tuple[str, Platform], tuple[str, int]] = {}

    def connections(self, owner_id: str) -> tuple[Connection, ...]:
        return tuple(sealed.connection for (owner, _), sealed in self.sealed.items() if owner == owner_id)

    def find(self, owner_id: str, platform: Platform) -> SealedCredentials | None:
        return self.sealed.get((owner_id, platform))

    def put(self, sealed: SealedCredentials) -> None:
        self.sealed[sealed.owner_id, sealed.platform] = sealed

    def renew(self, sealed: SealedCredentials, expected: str) -> bool:
        current = self.find(sealed.owner_id, sealed.platform)
        if current is None or current.version != expected:
            return False
        self.put(sealed)
        return True

    def remove(self, owner_id: str, platform: Platform) -> None:
        self.sealed.pop((owner_id, platform), None)

    def settings(self, owner_id: str, platform: Platform) -> tuple[str | None, int]:
        return self.texts.get((owner_id, platform), (None, 0))

    def save_settings(self, owner_id: str, platform: Platform, text: str, allowed: Versions | None) -> int:
        version = self.settings(owner_id, platform)[1]
        check_version("settings", version, allowed)
        self.texts[owner_id, platform] = (text, version + 1)
        return version + 1


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def connections(store: FakeStore) -> Connections:
    numbers = count(1)
    return Connections(store, FakeSeal(), lambda: NOW, lambda: f"version-{next(numbers)}")


def test_stored_tokens_are_decrypted_again(connections: Connections) -> None:
    connections.connect("anna", Platform.EBAY, Credentials("access", "renewal", LATER))
    opened = connections.open_credentials("anna", "ebay")
    assert (opened.access_token, opened.refresh_token, opened.expires_at) == ("access", "renewal", LATER)


def test_a_connection_without_a_refresh_token_is_not_renewable(connections: Connections) -> None:
    assert not connections.connect("anna", Platform.EBAY, Credentials("access")).renewable
    assert connections.open_credentials("anna", "ebay").refresh_token is None


def move(store: FakeStore, owner_id: str, change: Callable[[SealedCredentials], dict[str, Any]]) -> None:
    sealed = store.sealed["anna", Platform.EBAY]
    facts = {name: getattr(sealed, name) for name in sealed.__slots__}
    moved = SealedCredentials(**{**facts, "owner_id": owner_id, **change(sealed)})
    store.sealed[owner_id, Platform.EBAY] = moved


def test_tokens_moved_to_another_owner_or_kind_cannot_be_decrypted(connections: Connections, store: FakeStore) -> None:
    connections.connect("anna", Platform.EBAY, Credentials("access", "renewal"))
    move(store, "mallory", lambda _: {})
    with pytest.raises(WrongContext):
        connections.open_credentials("mallory", "ebay")
    move(store, "anna", lambda sealed: {"access_token": sealed.refresh_token})
    with pytest.raises(WrongContext):
        connections.open_credentials("anna", "ebay")


def test_stored_credentials_do_not_show_the_tokens(connections: Connections, store: FakeStore) -> None:
    connections.connect("anna", Platform.EBAY, Credentials("secret-access", "secret-renewal"))
    assert "secret" not in repr(store.sealed)
    assert "secret" not in repr(connections.open_credentials("anna", "ebay"))


def test_a_renewal_replaces_the_credentials_that_it_renews(connections: Connections) -> None:
    connections.connect("anna", Platform.EBAY, Credentials("old", "renewal"))
    opened = connections.open_credentials("anna", "ebay")
    assert connections.save_refreshed("anna", "ebay", Credentials("new", "renewal", LATER, opened.version))
    assert connections.open_credentials("anna", "ebay").access_token == "new"


def test_a_renewal_never_overwrites_what_the_seller_has_connected_meanwhile(connections: Connections) -> None:
    connections.connect("anna", Platform.EBAY, Credentials("old", "renewal"))
    opened = connections.open_credentials("anna", "ebay")
    connections.disconnect("anna", Platform.EBAY)
    assert not connections.save_refreshed("anna", "ebay", Credentials("new", "renewal", LATER, opened.version))
    connections.connect("anna", Platform.EBAY, Credentials("another account"))
    assert not connections.save_refreshed("anna", "ebay", Credentials("new", "renewal", LATER, opened.version))
    assert connections.open_credentials("anna", "ebay").access_token == "another account"


def test_every_platform_is_listed_connected_or_not(connections: Connections) -> None:
    connections.connect("anna", Platform.FACEBOOK, Credentials("access"))
    listed = {connection.platform.value: connection.connected for connection in connections.list("anna")}
    assert listed == {"ebay": False, "facebook": True}
    assert not any(connection.connected for connection in connections.list("bea"))


def test_a_seller_without_a_connection_is_asked_to_connect(connections: Connections, store: FakeStore) -> None:
    for ask in (partial(require_connected, store), connections.open_credentials):
        with pytest.raises(Conflict) as refused:
            ask("anna", "ebay")
        assert refused.value.code == "platform_not_connected"
        with pytest.raises(NotFound):
            ask("anna", "amazon")
    connections.connect("anna", Platform.EBAY, Credentials("access"))
    require_connected(store, "anna", "ebay")


@pytest.mark.parametrize("token", ["", " ", "two words", "line\nbreak", "tab\t", "caf\u00e9", "nul\x00", "x" * 4097])
def test_a_token_that_is_not_valid_in_a_header_is_refused(token: str) -> None:
    for body in ({"access_token": token}, {"access_token": "good", "refresh_token": token}):
        with pytest.raises(ValidationError):
            CredentialsIn.model_validate(body)


def test_a_token_of_4096_bytes_is_accepted() -> None:
    assert CredentialsIn.model_validate({"access_token": "x" * 4096}).to_credentials().access_token == "x" * 4096


@pytest.mark.parametrize("moment", ["2026-11-21T09:00:00", "soon", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z"])
def test_an_expiry_needs_a_zone_and_a_plausible_year(moment: str) -> None:
    with pytest.raises(ValidationError):
        CredentialsIn.model_validate({"access_token": "x", "expires_at": moment})


def make_terms(store: FakeStore) -> SellingTerms:
    return SellingTerms(store, {Platform.EBAY: lambda: EbaySettings})


def test_settings_begin_with_defaults_at_version_0(store: FakeStore) -> None:
    terms = make_terms(store).get("anna", "ebay")
    assert (terms.settings, terms.version) == (EbaySettings(), 0)


def test_settings_are_read_as_they_were_saved(store: FakeStore) -> None:
    wanted = EbaySettings.model_validate({"site": "UK", "shipping": [{"service": "UK_RoyalMail", "cost": 3.99}]})
    assert make_terms(store).save("anna", "ebay", wanted, None).version == 1
    assert make_terms(store).settings_of("anna", "ebay") == wanted
    assert make_terms(store).settings_of("bea", "ebay") == EbaySettings()


def test_settings_of_a_platform_without_any_are_not_found(store: FakeStore) -> None:
    for platform in ("facebook", "amazon"):
        with pytest.raises(NotFound):
            make_terms(store).get("anna", platform)
        with pytest.raises(NotFound):
            make_terms(store).save("anna", platform, EbaySettings(), None)
