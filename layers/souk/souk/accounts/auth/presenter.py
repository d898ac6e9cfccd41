"""Accounts, sessions and keys as wire answers."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from souk.accounts.auth.model import Account, Role, SignedIn
from souk.accounts.auth.schemas import CurrentAccount, JsonWebKey, JsonWebKeySet, SignedInPerson, SignedInUser, User
from souk.aws.kms import to_coordinates


def present_account(account: Account) -> CurrentAccount:
    return CurrentAccount.of(account, role=account.roles[0])


def present_user(account: Account) -> User:
    return User.of(account, role=account.roles[0])


def present_signed_in(signed_in: SignedIn) -> SignedInUser:
    tokens = signed_in.tokens
    return SignedInUser.of(
        tokens, token=tokens.access, refresh_token=tokens.refresh, user=present_user(signed_in.account)
    )


def present_signed_in_person(signed_in: SignedIn, role: Role) -> SignedInPerson:
    """`role`: buyer or seller, by the route."""
    account, tokens = signed_in.account, signed_in.tokens
    return SignedInPerson.of(
        account,
        name=account.full_name,
        role=role,
        token=tokens.access,
        refresh_token=tokens.refresh,
        expires_in=tokens.expires_in,
    )


def present_keys(public_keys: Iterable[tuple[str, bytes]]) -> JsonWebKeySet:
    """`public_keys`: the id and the DER of each P-256 key (RFC 7517)."""
    return JsonWebKeySet(keys=[_json_web_key(key_id, der) for key_id, der in public_keys])


def _json_web_key(key_id: str, der: bytes) -> JsonWebKey:
    x, y = (base64.urlsafe_b64encode(number).decode().rstrip("=") for number in to_coordinates(der))
    return JsonWebKey(kty="EC", crv="P-256", x=x, y=y, kid=key_id, use="sig", alg="ES256")
