"""Wire shapes of accounts and sessions."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AliasChoices, BaseModel, Field, SecretStr, WithJsonSchema

from souk.accounts.auth.adapters.passwords import LONGEST, SHORTEST
from souk.accounts.auth.model import SELF_GIVEN, Account, Role, SignedIn, canonical_email
from souk.http.fields import Line
from souk.shared.clock import to_wire

_LONGEST_NAME = 100

Email = Annotated[
    str, AfterValidator(canonical_email), WithJsonSchema({"type": "string", "format": "email", "maxLength": 254})
]
NewPassword = Annotated[SecretStr, Field(min_length=SHORTEST, max_length=LONGEST)]
# A wrong one is told from a right one by its hash alone, so that its length teaches nothing about the rules.
Password = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST)]
Name = Annotated[Line, Field(min_length=1, max_length=_LONGEST_NAME)]


def _self_given(text: str) -> str:
    return Role.parse(text).value


SelfGivenRole = Annotated[
    str,
    AfterValidator(_self_given),
    WithJsonSchema({"type": "string", "enum": list(SELF_GIVEN), "description": "In any case."}),
]


class RegisterRequest(BaseModel):
    email: Email
    password: NewPassword
    full_name: Annotated[Name | None, Field(validation_alias=AliasChoices("full_name", "name"))] = None
    role: SelfGivenRole = Role.USER.value


class NamedRegisterRequest(BaseModel):
    name: Name
    email: Email
    password: NewPassword


class LoginRequest(BaseModel):
    email: Email
    password: Password


class RefreshRequest(BaseModel):
    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class User(BaseModel):
    """`role` is the one the route is about, or the one the account registered with; `roles` are all."""

    id: str
    email: str
    role: str
    roles: list[str]
    full_name: str | None

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(**_user(account))


class CurrentAccount(User):
    created_at: str

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(**_user(account), created_at=to_wire(account.created_at))


class SignedInUser(BaseModel):
    """`expires_in`: seconds that `token` lives."""

    token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    user: User

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        tokens = signed_in.tokens
        return cls(
            token=tokens.access,
            refresh_token=tokens.refresh,
            expires_in=tokens.expires_in,
            user=User.of(signed_in.account),
        )


class SignedInPerson(BaseModel):
    """A buyer or a seller, as document 1's clients know one."""

    id: str
    name: str | None
    email: str
    role: str
    token: str
    refresh_token: str
    expires_in: int

    @classmethod
    def of(cls, signed_in: SignedIn, role: Role) -> Self:
        account, tokens = signed_in.account, signed_in.tokens
        return cls(
            id=account.id,
            name=account.full_name,
            email=account.email,
            role=role.value,
            token=tokens.access,
            refresh_token=tokens.refresh,
            expires_in=tokens.expires_in,
        )


class JsonWebKey(BaseModel):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class JsonWebKeySet(BaseModel):
    keys: list[JsonWebKey]


def _user(account: Account) -> dict[str, Any]:
    roles = [role.value for role in account.roles]
    return {
        "id": account.id,
        "email": account.email,
        "role": roles[0],
        "roles": roles,
        "full_name": account.full_name,
    }
