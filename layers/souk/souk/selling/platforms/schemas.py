"""Wire shapes of connections. Those of settings belong to each marketplace (marketplaces/adapters/ebay/settings.py)."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr

from souk.http.fields import Moment, Wire
from souk.selling.platforms.model import LONGEST_TOKEN, Credentials
from souk.shared.errors import InvalidValue

_FIRST_YEAR = 2000
_LAST_YEAR = 2999


def _one_word(token: SecretStr) -> SecretStr:
    text = token.get_secret_value()
    # It is sent in an HTTP header.
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise InvalidValue("must be one word of printable ASCII", code="wrong_format")
    return token


def _plausible(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise InvalidValue(f"must be between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment


Token = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_TOKEN), AfterValidator(_one_word)]


class CredentialsIn(Wire):
    """A seller's tokens at the marketplace. They are sealed at once, and no route gives them back."""

    access_token: Token
    refresh_token: Token | None = None
    expires_at: Annotated[AwareDatetime, AfterValidator(_plausible)] | None = None

    def to_credentials(self) -> Credentials:
        refresh_token = self.refresh_token
        return Credentials(
            access_token=self.access_token.get_secret_value(),
            refresh_token=None if refresh_token is None else refresh_token.get_secret_value(),
            expires_at=self.expires_at,
        )


class ConnectionOut(Wire):
    """`expires_at`: of the access token. `renewable`: with a refresh token it is renewed by itself."""

    platform: str
    connected: bool
    renewable: bool
    expires_at: Moment | None
    updated_at: Moment | None
