"""Wire shapes of accounts and sessions."""

# No `from __future__ import annotations`: pydantic would compile each annotation from text at every cold start.
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, WithJsonSchema

from souk.accounts.auth.model import LONGEST_PASSWORD, REGISTRABLE_ROLES, SHORTEST_PASSWORD, Role, canonical_email
from souk.http.fields import Line, Moment, Wire

_LONGEST_NAME = 100

Email = Annotated[
    Line, AfterValidator(canonical_email), WithJsonSchema({"type": "string", "format": "email", "maxLength": 254})
]
NewPassword = Annotated[SecretStr, Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)]
# At sign-in a short password is just a wrong one, so that the answer reveals nothing about the rules.
Password = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)]
Name = Annotated[Line, Field(min_length=1, max_length=_LONGEST_NAME)]


def _role_name(text: str) -> str:
    return Role.parse(text).value


RegistrableRole = Annotated[
    Line,
    AfterValidator(_role_name),
    WithJsonSchema({"type": "string", "enum": list(REGISTRABLE_ROLES), "description": "In any case."}),
]


class RegisterRequest(Wire):
    email: Email
    password: NewPassword
    full_name: Annotated[Name | None, Field(validation_alias=AliasChoices("full_name", "name"))] = None
    role: RegistrableRole = Role.USER.value


class NamedRegisterRequest(Wire):
    name: Name
    email: Email
    password: NewPassword


class LoginRequest(Wire):
    email: Email
    password: Password


class RefreshRequest(Wire):
    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class User(Wire):
    """`role`: the role that the account registered with. `roles`: all its roles."""

    id: str
    email: str
    role: str
    roles: list[str]
    full_name: str | None


class CurrentAccount(User):
    created_at: Moment


class SignedInUser(Wire):
    """`expires_in`: seconds until `token` expires."""

    token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    user: User


class SignedInPerson(Wire):
    """A buyer or a seller, as the routes under /buyers and /sellers answer one. `role`: the role of the route."""

    id: str
    name: str | None
    email: str
    role: str
    token: str
    refresh_token: str
    expires_in: int


class JsonWebKey(Wire):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class JsonWebKeySet(Wire):
    keys: list[JsonWebKey]
