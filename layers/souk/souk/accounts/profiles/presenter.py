"""The profile as a wire answer."""

from __future__ import annotations

from souk.accounts.profiles.model import Profile
from souk.accounts.profiles.schemas import UserWithProfile
from souk.http.messages import Response, etag


def respond_profile(profile: Profile) -> Response:
    """The account's id and email with the profile, and its ETag."""
    return Response(present_profile(profile), headers=etag(profile.version))


def present_profile(profile: Profile) -> UserWithProfile:
    return UserWithProfile.of(profile, profile=profile)
