"""Accounts and sessions, profiles and addresses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from souk.aws.keys import DerivationKey, SigningKey
    from souk.aws.tables import Action
    from souk.http.request import Caller
    from souk.identity.addresses.service import AddressService
    from souk.identity.model import Account
    from souk.identity.profile.service import ProfileService
    from souk.identity.repository import AccountRepository
    from souk.identity.service import Registration, SignIn
    from souk.identity.sessions import Sessions
    from souk.identity.throttling import Throttle
    from souk.identity.verification import TokenVerifier


@cache
def account_repository() -> AccountRepository:
    from souk.aws.settings import setting
    from souk.identity.repository import AccountRepository

    return AccountRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"))


@cache
def signing_keys() -> tuple[SigningKey, ...]:
    """The keys of SOUK_SIGNING_KEY, separated by commas: the first signs, tokens of all are good."""
    from souk.aws.clients import client
    from souk.aws.keys import SigningKey
    from souk.aws.settings import setting

    return tuple(SigningKey(client("kms"), key_id) for key_id in setting("SOUK_SIGNING_KEY").split(","))


@cache
def token_verifier() -> TokenVerifier:
    from souk.identity.verification import TokenVerifier

    return TokenVerifier({key.id: key.public_key for key in signing_keys()})


def verdict(headers: Mapping[str, str]) -> dict[str, Any]:
    """The authorizer's answer to a request with these headers."""
    from souk.identity.gate import verdict

    return verdict(headers, token_verifier().verify)


@cache
def json_web_keys() -> tuple[dict[str, str], ...]:
    from souk.identity.access_token import to_jwk

    return tuple(to_jwk(key.id, key.public_key()) for key in signing_keys())


@cache
def sessions() -> Sessions:
    from datetime import timedelta

    from souk.aws.settings import number
    from souk.clock import new_id, utc_now
    from souk.identity.access_token import AccessTokens
    from souk.identity.sessions import Sessions

    minutes, days = number("SOUK_ACCESS_TOKEN_MINUTES"), number("SOUK_REFRESH_TOKEN_DAYS")
    access_tokens = AccessTokens(signing_keys()[0], timedelta(minutes=minutes), utc_now, new_id)
    return Sessions(account_repository(), access_tokens, refresh_key().derive, timedelta(days=days), utc_now, new_id)


@cache
def refresh_key() -> DerivationKey:
    from souk.aws.clients import client
    from souk.aws.keys import DerivationKey
    from souk.aws.settings import setting

    return DerivationKey(client("kms"), setting("SOUK_REFRESH_KEY"))


@cache
def registration() -> Registration:
    from souk.aws.settings import setting
    from souk.clock import new_id, utc_now
    from souk.identity import passwords
    from souk.identity.repository import AccountRepository
    from souk.identity.service import Registration

    return Registration(
        AccountRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"), _shop_of),
        sessions(),
        _throttle("registration", "SOUK_REGISTRATIONS_PER_NETWORK"),
        passwords,
        utc_now,
        new_id,
    )


def _shop_of(account: Account) -> tuple[Action, ...]:
    """A seller's shop is made with the account."""
    if not account.is_seller:
        return ()
    from souk.aws.settings import setting
    from souk.sellers.model import Shop
    from souk.sellers.repository import opening

    return (opening(setting("SOUK_CATALOGUE_TABLE"), Shop.opened(account, account.created_at)),)


@cache
def sign_in() -> SignIn:
    from souk.identity import passwords
    from souk.identity.service import SignIn

    return SignIn(account_repository(), sessions(), _throttle("login", "SOUK_LOGINS_PER_NETWORK"), passwords)


def _throttle(what: str, per_network: str) -> Throttle:
    import time

    from souk.aws.settings import number, setting
    from souk.clock import utc_now
    from souk.identity.repository import AttemptRepository
    from souk.identity.throttling import Limits, Throttle

    limits = Limits(number("SOUK_ATTEMPTS_PER_ACCOUNT"), number(per_network))
    attempts = AttemptRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"))
    return Throttle(what, limits, attempts, utc_now, time.sleep)


def current_account(account_id: str) -> Account:
    """The account of a caller as it is now. Raises Unauthenticated."""
    from souk.identity.service import current_account

    return current_account(account_repository().find, account_id)


def admit_fresh(caller: Caller) -> Caller:
    """`admit` of the endpoints that must not wait for a token to expire (rule 30): one consistent read.

    The caller with those of its roles that its account still has. Raises Unauthenticated.
    """
    from dataclasses import replace

    held = {role.value for role in current_account(caller.id).roles}
    return replace(caller, roles=caller.roles & held)


@cache
def profiles() -> ProfileService:
    from souk.aws.settings import setting
    from souk.identity.profile.repository import ProfileRepository
    from souk.identity.profile.service import ProfileService

    return ProfileService(ProfileRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE")))


@cache
def addresses() -> AddressService:
    from souk.aws.settings import setting
    from souk.clock import utc_now
    from souk.identity.addresses.repository import AddressRepository
    from souk.identity.addresses.service import AddressService

    return AddressService(AddressRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE")), utc_now)


def make_operator(email: str) -> Account:
    """Raises NotFound."""
    from souk.identity.service import make_operator

    return make_operator(account_repository(), email)
