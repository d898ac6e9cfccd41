"""The health check."""

from __future__ import annotations

from souk.wiring import storage


def health_check() -> None:
    """One real read. Raises DependencyUnavailable."""
    from souk.aws.settings import setting

    storage.tables().get(setting("SOUK_IDENTITY_TABLE"), {"pk": "HEALTH", "sk": "HEALTH"})
