"""Accounts, sessions and tokens."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from souk.accounts.auth.adapters.token_verifier import TokenVerifier
    from souk.accounts.auth.model import Account
    from souk.accounts.auth.repository import AccountRepository
    from souk.accounts.auth.schemas import JsonWebKeySet
    from souk.accounts.auth.service.registration import Registration
    from souk.accounts.auth.service.sessions import Sessions
    from souk.accounts.auth.service.sign_in import SignIn
    from souk.accounts.auth.service.throttling import Throttle
    from souk.aws.kms import DerivationKey, SigningKey
    from souk.aws.tables import Action
    from souk.http.messages import Caller


@cache
def account_repository() -> AccountRepository:
    from souk.accounts.auth.repository import AccountRepository
    from souk.aws.settings import setting

    return AccountRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"))


@cache
def signing_keys() -> tuple[SigningKey, ...]:
    """The keys of SOUK_SIGNING_KEY, separated by commas. The first signs; tokens signed by any of them are valid."""
    from souk.aws.clients import client
    from souk.aws.kms import SigningKey
    from souk.aws.settings import setting

    return tuple(SigningKey(client("kms"), key_id) for key_id in setting("SOUK_SIGNING_KEY").split(","))


@cache
def token_verifier() -> TokenVerifier:
    from souk.accounts.auth.adapters.token_verifier import TokenVerifier

    return TokenVerifier({key.id: key.public_key for key in signing_keys()})


def authorize(headers: Mapping[str, str]) -> dict[str, Any]:
    """The authorizer's answer to a request with these headers."""
    from souk.accounts.auth.service.authorizer import authorize

    return authorize(headers, token_verifier().verify)


@cache
def json_web_keys() -> JsonWebKeySet:
    from souk.accounts.auth.presenter import present_keys

    return present_keys((key.id, key.public_key()) for key in signing_keys())


@cache
def sessions() -> Sessions:
    from datetime import timedelta

    from souk.accounts.auth.service.access_tokens import AccessTokens
    from souk.accounts.auth.service.sessions import Sessions
    from souk.aws.settings import number
    from souk.shared.clock import new_id, utc_now

    minutes, days = number("SOUK_ACCESS_TOKEN_MINUTES"), number("SOUK_REFRESH_TOKEN_DAYS")
    access_tokens = AccessTokens(signing_keys()[0], timedelta(minutes=minutes), utc_now, new_id)
    return Sessions(account_repository(), access_tokens, refresh_key().derive, timedelta(days=days), utc_now, new_id)


@cache
def refresh_key() -> DerivationKey:
    from souk.aws.clients import client
    from souk.aws.kms import DerivationKey
    from souk.aws.settings import setting

    return DerivationKey(client("kms"), setting("SOUK_REFRESH_KEY"))


@cache
def registration() -> Registration:
    from souk.accounts.auth.adapters import passwords
    from souk.accounts.auth.repository import AccountRepository
    from souk.accounts.auth.service.registration import Registration
    from souk.aws.settings import number, setting
    from souk.shared.clock import new_id, utc_now

    return Registration(
        AccountRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"), _profile_and_shop),
        sessions(),
        _throttle("registration", number("SOUK_REGISTRATIONS_PER_NETWORK")),
        passwords,
        utc_now,
        new_id,
    )


def _profile_and_shop(account: Account) -> tuple[Action, ...]:
    """What is created in the same transaction as an account: its profile, and the shop of a seller."""
    from souk.accounts.profiles.repository import creating_profile
    from souk.aws.settings import setting

    profile = creating_profile(setting("SOUK_IDENTITY_TABLE"), account.id, account.email)
    if not account.is_seller:
        return (profile,)
    from souk.storefront.sellers.model import Shop
    from souk.storefront.sellers.repository import put_new_shop

    return profile, put_new_shop(setting("SOUK_CATALOGUE_TABLE"), Shop.opened(account, account.created_at))


@cache
def sign_in() -> SignIn:
    from souk.accounts.auth.adapters import passwords
    from souk.accounts.auth.service.sign_in import SignIn
    from souk.aws.settings import number

    return SignIn(account_repository(), sessions(), _throttle("login", number("SOUK_LOGINS_PER_NETWORK")), passwords)


def _throttle(what: str, per_network: int) -> Throttle:
    import time

    from souk.accounts.auth.repository import AttemptRepository
    from souk.accounts.auth.service.throttling import Limits, Throttle
    from souk.aws.settings import number, setting
    from souk.shared.clock import utc_now

    limits = Limits(number("SOUK_ATTEMPTS_PER_ACCOUNT"), per_network)
    attempts = AttemptRepository(storage.tables(), setting("SOUK_IDENTITY_TABLE"))
    return Throttle(what, limits, attempts, utc_now, time.sleep)


def current_account(account_id: str) -> Account:
    """The account as it is now. Raises Unauthenticated when it is gone or suspended."""
    from souk.accounts.auth.service.current_account import current_account

    return current_account(account_repository().find_account, account_id)


def reload_caller(caller: Caller) -> Caller:
    """The caller, with only those of its token's roles that its account still has. One consistent read.

    For endpoints at which a suspended account or a lost role must count before the token expires.
    Raises Unauthenticated when the account is gone or suspended.
    """
    from dataclasses import replace

    held = {role.value for role in current_account(caller.id).roles}
    return replace(caller, roles=caller.roles & held)


def make_operator(email: str) -> Account:
    """Give an existing account the role Operator. Raises NotFound."""
    from souk.accounts.auth.service.operators import make_operator

    return make_operator(account_repository(), email)
