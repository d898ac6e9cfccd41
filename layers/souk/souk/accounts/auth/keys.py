"""Keys of the identity table. All items of an account are in one partition, so that a list is one Query.

    pk                       sk                       what
    ACCOUNT#<id>             ACCOUNT                  the account
    ACCOUNT#<id>             PLATFORM#<platform>      encrypted credentials of a marketplace
    ACCOUNT#<id>             POSTAL#<address id>      a postal address
    ACCOUNT#<id>             PROFILE                  the profile, the default address and the number of addresses
    ACCOUNT#<id>             SESSION#<session id>     a session, with digests of its refresh tokens; deleted by TTL
    ACCOUNT#<id>             SETTINGS#<platform>      how the account sells on a marketplace
    EMAIL#<email>            EMAIL                    makes an email unique; its password hash and account
    USERNAME#<username>      USERNAME                 makes a username unique; its account
    ATTEMPTS#<what>#<whose>  <window>                 counts attempts; deleted by TTL
    IDEMPOTENCY#...          <operation>#<key>        see souk.aws.idempotency

No other sort key may lie between POSTAL# and PROFILE, so that one Query reads a whole address book with its default.
`expires_at` is the table's TTL attribute (epoch seconds): only sessions, attempts and idempotency records have it.
"""

from __future__ import annotations

from datetime import datetime

from souk.shared.clock import to_wire


def account_key(account_id: str) -> dict[str, str]:
    return under(account_id, "ACCOUNT")


def session_key(account_id: str, session_id: str) -> dict[str, str]:
    return under(account_id, f"SESSION#{session_id}")


def email_key(email: str) -> dict[str, str]:
    return {"pk": f"EMAIL#{email}", "sk": "EMAIL"}


def attempts_key(what: str, whose: str, window: datetime) -> dict[str, str]:
    return {"pk": f"ATTEMPTS#{what}#{whose}", "sk": to_wire(window)}


def under(account_id: str, sort_key: str) -> dict[str, str]:
    """The key of an item that belongs to an account."""
    return {"pk": partition(account_id), "sk": sort_key}


def partition(account_id: str) -> str:
    return f"ACCOUNT#{account_id}"
