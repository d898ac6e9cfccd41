"""Settings from environment variables. Secrets are not among them: those are in Secrets Manager."""

from __future__ import annotations

import os
from functools import cache


class MissingSetting(RuntimeError):
    """The template did not give this function a variable that it needs."""


def setting(name: str) -> str:
    """The environment variable `name`. Raises MissingSetting when it is absent or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise MissingSetting(name)
    return value


def number(name: str) -> int:
    """The environment variable `name` as a whole number."""
    return int(setting(name))


@cache
def is_local() -> bool:
    """Whether this is the local cloud and not AWS: only then may URLs be plain http."""
    return "AWS_ENDPOINT_URL" in os.environ
