"""Keys of the identity table. All items of an account are in one partition, so that a list is one Query.

No other sort key may lie between POSTAL# and PROFILE, so that one Query reads a whole address book with its default.
`expires_at` is the table's TTL attribute (epoch seconds): only sessions, attempts and idempotency records have it.

Keys of profiles, addresses and platforms are in their own domains; those of an Idempotency-Key in
`souk.aws.idempotency`.
"""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

account_key: Final = Row("ACCOUNT#{}", "ACCOUNT")
"""The account."""
session_key: Final = Row("ACCOUNT#{}", "SESSION#{}")
"""A session, with digests of its refresh tokens; removed by TTL."""
email_key: Final = Row("EMAIL#{}", "EMAIL")
"""Makes an email unique; has its password hash and account."""
attempts_key: Final = Row("ATTEMPTS#{}#{}", "{}")
"""Counts attempts: what, whose, and the time window; removed by TTL."""
