"""The keys of the identity table: everything about an account stands under one partition, so that a list is one Query.

    pk                       sk                       what
    ACCOUNT#<id>             ACCOUNT                  the account
    ACCOUNT#<id>             PLATFORM#<platform>      sealed credentials of a marketplace
    ACCOUNT#<id>             POSTAL#<address id>      a postal address
    ACCOUNT#<id>             PROFILE                  the profile, and which address is the default
    ACCOUNT#<id>             SESSION#<session id>     one sign-in: digests of its refresh tokens; ends by TTL
    ACCOUNT#<id>             SETTINGS#<platform>      how the account sells on a marketplace
    EMAIL#<email>            EMAIL                    makes an email unique; its password hash and account
    USERNAME#<username>      USERNAME                 makes a username unique; its account
    ATTEMPTS#<what>#<whose>  <window>                 counts attempts; ends by TTL
    IDEMPOTENCY#...          <operation>#<key>        see souk.aws.idempotency

Nothing sorts between the addresses and the profile, so that one Query reads a whole address book.
`expires_at` is the table's TTL attribute (epoch seconds): only sessions, attempts and idempotency records have it.
"""

from __future__ import annotations


def account_key(account_id: str) -> dict[str, str]:
    return under(account_id, "ACCOUNT")


def profile_key(account_id: str) -> dict[str, str]:
    return under(account_id, "PROFILE")


def under(account_id: str, sort_key: str) -> dict[str, str]:
    """The key of something that belongs to an account."""
    return {"pk": partition(account_id), "sk": sort_key}


def partition(account_id: str) -> str:
    return f"ACCOUNT#{account_id}"
