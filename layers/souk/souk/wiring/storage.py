"""What every domain needs: the tables, the vendors' keys and the HTTP client for services outside AWS."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from souk.aws.secrets import Secrets
    from souk.aws.tables import Tables


@cache
def tables() -> Tables:
    from souk.aws.clients import client
    from souk.aws.tables import Tables

    return Tables(client("dynamodb"))


def vendor_secret(name: str) -> str:
    """A key of an outside vendor, by its name in the vendors' secret. Raises MissingSecret, DependencyUnavailable."""
    return secrets().get(name)


@cache
def secrets() -> Secrets:
    from souk.aws.clients import client
    from souk.aws.secrets import Secrets
    from souk.aws.settings import setting

    return Secrets(client("secretsmanager"), setting("SOUK_VENDOR_SECRET"))


@cache
def http_client() -> httpx.Client:
    import httpx

    return httpx.Client()
