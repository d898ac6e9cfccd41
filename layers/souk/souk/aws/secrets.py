"""Texts in Secrets Manager: the keys of outside vendors, and settings that are too long for the environment.

The environment holds only a secret's name.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from souk.shared.errors import DependencyUnavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A warm function uses a changed secret after this time at the latest.
_LIFE_SECONDS = 300.0
_BUSY_CODES = frozenset({"ThrottlingException", "InternalServiceError", "InternalServiceErrorException"})


class MissingSecret(RuntimeError):
    """The secret has no value for this key yet."""


class Secrets:
    """One secret, read again every five minutes: its text, or the members of the JSON object that it is."""

    def __init__(
        self, client: SecretsManagerClient, secret_id: str, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._monotonic = monotonic
        self._text = ""
        self._good_until = float("-inf")

    def text(self) -> str:
        """The whole secret. Raises DependencyUnavailable."""
        if self._monotonic() >= self._good_until:
            self._text = self._read()
            self._good_until = self._monotonic() + _LIFE_SECONDS
        return self._text

    def get(self, name: str) -> str:
        """A member. Raises MissingSecret when it is absent or empty, DependencyUnavailable."""
        members: dict[str, str] = json.loads(self.text())
        value = members.get(name)
        if not value:
            raise MissingSecret(name)
        return value

    def _read(self) -> str:
        try:
            return self._client.get_secret_value(SecretId=self._secret_id)["SecretString"]
        except BotoCoreError as error:
            raise _unavailable() from error
        except ClientError as error:
            if error.response["Error"]["Code"] in _BUSY_CODES:
                raise _unavailable() from error
            raise


def _unavailable() -> DependencyUnavailable:
    return DependencyUnavailable("The secret store does not answer. Try again shortly.", retry_after=1)
