"""Wire shapes of the profile."""

# Annotations are evaluated here, not postponed: pydantic would compile each from its text at every cold start.
import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema

from souk.http.fields import HttpsUrl, Line, Shaped, Text, Wire
from souk.shared.errors import InvalidValue

_MOST_PREFERENCES_BYTES = 8192


def _storable(preferences: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        size = len(json.dumps(preferences, allow_nan=False).encode())
    except RecursionError as error:
        raise InvalidValue("is nested too deeply") from error
    if size > _MOST_PREFERENCES_BYTES:
        raise InvalidValue(
            f"at most {_MOST_PREFERENCES_BYTES} bytes as JSON", code="too_long", limit=_MOST_PREFERENCES_BYTES
        )
    return preferences


Username = Annotated[
    Line,
    Shaped(
        r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{1,28})[A-Za-z0-9]$",
        "must be 3 to 30 of A-Z, a-z, 0-9, dots, underscores and hyphens, with a letter or a digit at both ends",
    ),
]
Interest = Annotated[Line, Field(min_length=1, max_length=50)]
Preferences = Annotated[
    dict[str, JsonValue],
    AfterValidator(_storable),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]


class ProfilePatch(Wire):
    """Fields that are left out stay as they are; null clears. `interests` and `preferences` are replaced as a whole."""

    avatar_url: HttpsUrl | None = None
    bio: Annotated[Text, Field(max_length=1000)] | None = None
    username: Username | None = None
    gender: Annotated[Line, Field(min_length=1, max_length=40)] | None = None
    interests: Annotated[list[Interest], Field(max_length=50)] | None = None
    preferences: Preferences | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, by their names in Profile."""
        changes: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "interests" in changes:
            changes["interests"] = tuple(changes["interests"] or ())
        if "preferences" in changes:
            changes["preferences"] = changes["preferences"] or {}
        return changes


class ProfileOut(Wire):
    avatar_url: str | None
    bio: str | None
    username: str | None
    gender: str | None
    interests: list[str]
    preferences: dict[str, JsonValue]


class UserWithProfile(Wire):
    id: str
    email: str
    profile: ProfileOut
