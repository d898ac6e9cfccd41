"""Shops and what an operator may decide about them. Pure.

verification            apply                  verify    reject    suspend    reinstate
unverified              pending_verification   verified  -         suspended  -
pending_verification    pending_verification   verified  rejected  suspended  -
rejected                pending_verification   verified  -         suspended  -
verified                -                      -         -         suspended  -
suspended               -                      -         -         -          what it was before
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from souk.shared.errors import Conflict

if TYPE_CHECKING:
    from souk.accounts.auth.model import Account

_TENTH = Decimal("0.1")


class MayNotSell(Conflict):
    """The shop may not sell now. The code says why; the member `seller_id` says which shop."""


class AlreadyFollowing(Exception):
    """The user follows this shop already."""


class Verification(StrEnum):
    UNVERIFIED = "unverified"
    PENDING = "pending_verification"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class Decision(StrEnum):
    VERIFY = "verify"
    REJECT = "reject"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


_AFTER: Mapping[tuple[Verification, Decision], Verification] = {
    (Verification.UNVERIFIED, Decision.VERIFY): Verification.VERIFIED,
    (Verification.PENDING, Decision.VERIFY): Verification.VERIFIED,
    (Verification.REJECTED, Decision.VERIFY): Verification.VERIFIED,
    (Verification.PENDING, Decision.REJECT): Verification.REJECTED,
    (Verification.UNVERIFIED, Decision.SUSPEND): Verification.SUSPENDED,
    (Verification.PENDING, Decision.SUSPEND): Verification.SUSPENDED,
    (Verification.VERIFIED, Decision.SUSPEND): Verification.SUSPENDED,
    (Verification.REJECTED, Decision.SUSPEND): Verification.SUSPENDED,
}
"""The verification after each decision, except REINSTATE: that leads back to `Shop.suspended_from`."""


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where buyers send goods back to, as the applicant wrote it: it is not used for shipping."""

    full_name: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    phone_e164: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """What a seller writes to the operators. Private: no public answer contains any of it."""

    category: str
    experience_level: str | None = None
    monthly_revenue: str | None = None
    platforms: tuple[str, ...] = ()
    social_links: Mapping[str, str] = field(default_factory=dict)
    return_address: ReturnAddress | None = None


@dataclass(frozen=True, slots=True)
class VerificationDecision:
    """An operator's decision about a shop, as recorded. `outcome` is the shop's verification after it."""

    id: str
    shop_id: str
    decision: Decision
    reason: str
    operator_id: str
    decided_at: datetime
    outcome: Verification


@dataclass(frozen=True, slots=True)
class Shop:
    """A seller's shop; its `id` is its owner's account id.

    `applied_at`: when the application was sent and the terms were agreed to.
    `suspended_from`: the verification before the suspension.
    """

    id: str
    shop_name: str
    verification: Verification
    version: int
    created_at: datetime
    updated_at: datetime
    logo_url: str | None = None
    bio: str | None = None
    application: Application | None = None
    applied_at: datetime | None = None
    suspended_from: Verification | None = None

    @classmethod
    def opened(cls, owner: Account, now: datetime) -> Shop:
        """A new shop, named after its owner until the owner names it."""
        name = owner.full_name or f"Shop {owner.id[-6:]}"
        return cls(owner.id, name, Verification.UNVERIFIED, 1, now, now)

    def may_sell(self, *, verified_only: bool) -> bool:
        """Whether it is shown and sells: the rule that `keys.shop_may_sell` checks within a transaction."""
        if verified_only:
            return self.verification is Verification.VERIFIED
        return self.verification is not Verification.SUSPENDED

    def applied(self, shop_name: str, application: Application, now: datetime) -> Shop:
        """The shop with an application that waits for an operator; it replaces one that is waiting.

        Raises Conflict `already_verified`, `shop_suspended`.
        """
        if self.verification is Verification.VERIFIED:
            raise Conflict("This shop is verified already.", code="already_verified")
        if self.verification is Verification.SUSPENDED:
            raise Conflict("This shop is suspended.", code="shop_suspended")
        return replace(
            self,
            shop_name=shop_name,
            application=application,
            applied_at=now,
            verification=Verification.PENDING,
        )

    def decided(self, decision: Decision) -> Shop:
        """The shop after an operator's decision. Raises Conflict `illegal_transition`."""
        after = self.suspended_from if decision is Decision.REINSTATE else _AFTER.get((self.verification, decision))
        if after is None:
            raise Conflict(
                f"A shop that is {self.verification} cannot be given the decision {decision}.",
                code="illegal_transition",
            )
        came_from = self.verification if after is Verification.SUSPENDED else None
        return replace(self, verification=after, suspended_from=came_from)


def may_not_sell(seller_id: str, verification: Verification | None) -> MayNotSell:
    """The error that says why a shop may not sell. `verification` None: there is no shop."""
    extra = {"seller_id": seller_id}
    match verification:
        case None:
            return MayNotSell("There is no shop. Open one with POST /sellers/apply.", code="no_shop", extra=extra)
        case Verification.SUSPENDED:
            return MayNotSell("This shop is suspended and cannot sell.", code="shop_suspended", extra=extra)
    return MayNotSell("Only verified shops sell here, and this one is not yet.", code="shop_not_verified", extra=extra)


@dataclass(frozen=True, slots=True)
class Rating:
    """The sum of all stars, and the number of reviews."""

    sum: int = 0
    count: int = 0

    @property
    def average(self) -> Decimal | None:
        """To one decimal; None without reviews."""
        if not self.count:
            return None
        return (Decimal(self.sum) / self.count).quantize(_TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ShopFront:
    """A shop with its rating and its number of followers."""

    shop: Shop
    rating: Rating
    followers: int


@dataclass(frozen=True, slots=True)
class Following:
    """A user's follow of a shop. Ids sort by time."""

    id: str
    user_id: str
    shop_id: str
    at: datetime
