"""Shipping profiles of sellers. They are never removed, since products refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import NotFound
from souk.shared.money import RulesOf
from souk.shared.versioned import Versions, check_version, retrying
from souk.storefront.catalogue.model import ShippingProfile


class ShippingProfiles(Protocol):
    def find(self, seller_id: str, profile_id: str) -> ShippingProfile | None: ...

    def list(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[ShippingProfile, ...], dict[str, str] | None]:
        """Newest first. `after` and the second answer are {"id": ...}."""
        ...

    def add(self, profile: ShippingProfile, now: datetime, idempotency: IdempotencyKey | None) -> None:
        """Raises Conflict when the shop may not sell; Replayed."""
        ...

    def save(self, before: ShippingProfile, after: ShippingProfile) -> None:
        """Raises Stale; Conflict when the shop may not sell."""
        ...


class ShippingService:
    """Every method takes the seller's id first, and does not find other sellers' profiles.

    `charge_rules`: what the payment vendor takes.
    """

    def __init__(self, profiles: ShippingProfiles, charge_rules: RulesOf, clock: Clock, new_id: NewId) -> None:
        self._profiles = profiles
        self._charge_rules = charge_rules
        self._clock = clock
        self._new_id = new_id

    def get(self, seller_id: str, profile_id: str) -> ShippingProfile:
        """Raises NotFound."""
        profile = self._profiles.find(seller_id, profile_id)
        if profile is None:
            raise NotFound("There is no such shipping profile.")
        return profile

    def list(
        self, seller_id: str, *, limit: int, after: Mapping[str, str] | None
    ) -> tuple[tuple[ShippingProfile, ...], dict[str, str] | None]:
        return self._profiles.list(seller_id, limit=limit, after=after)

    def create(self, seller_id: str, fields: Mapping[str, Any], idempotency: IdempotencyKey | None) -> ShippingProfile:
        """Raises InvalidRequest for a price that cannot be charged, Conflict when the shop may not sell, Replayed."""
        now = self._clock()
        profile = ShippingProfile(id=self._new_id(), seller_id=seller_id, created_at=now, updated_at=now, **fields)
        self._profiles.add(self._checked(profile), now, idempotency)
        return profile

    def edit(
        self, seller_id: str, profile_id: str, changes: Mapping[str, Any], if_match: Versions | None
    ) -> ShippingProfile:
        """The profile with `changes`, by field name. Raises NotFound, InvalidRequest, PreconditionFailed."""

        def attempt() -> ShippingProfile:
            before = self.get(seller_id, profile_id)
            check_version("shipping profile", before.version, if_match)
            after = replace(before, **changes, version=before.version + 1, updated_at=self._clock())
            self._profiles.save(before, self._checked(after))
            return after

        return retrying("shipping profile", attempt)

    def _checked(self, profile: ShippingProfile) -> ShippingProfile:
        return profile.checked(self._charge_rules(profile.currency))
