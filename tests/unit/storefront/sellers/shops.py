"""Builders and fakes for shops, without AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from souk.accounts.auth.model import Account, Role
from souk.aws.idempotency import IdempotencyKey, Replayed
from souk.shared.versioned import Stale
from souk.storefront.sellers.model import Application, Rating, Shop, ShopFront, Verification, VerificationDecision

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
APPLICATION = Application(category="Fashion", platforms=("eBay",), social_links={"instagram": "@vintage"})


def make_account(**changes: object) -> Account:
    facts: dict[str, object] = {
        "id": "owner",
        "email": "john@example.com",
        "full_name": "John Doe",
        "roles": (Role.USER,),
        "created_at": START,
        **changes,
    }
    return Account(**facts)  # type: ignore[arg-type]


def make_shop(verification: Verification = Verification.UNVERIFIED, **changes: object) -> Shop:
    facts: dict[str, object] = {
        "id": "owner",
        "shop_name": "Vintage Vault",
        "verification": verification,
        "version": 1,
        "created_at": START,
        "updated_at": START,
        **changes,
    }
    return Shop(**facts)  # type: ignore[arg-type]


@dataclass
class FakeShops:
    """Shops in memory. `meanwhile`: other writers' changes; one of them happens after each read."""

    shops: dict[str, Shop] = field(default_factory=dict)
    decisions: dict[str, VerificationDecision] = field(default_factory=dict)
    new_sellers: list[str] = field(default_factory=list)
    recorded: dict[IdempotencyKey, str] = field(default_factory=dict)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)

    def find(self, shop_id: str) -> Shop | None:
        found = self.shops.get(shop_id)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return found

    def front(self, shop_id: str) -> ShopFront | None:
        shop = self.find(shop_id)
        return None if shop is None else ShopFront(shop, Rating(9, 2), 3)

    def save(
        self,
        before: Shop | None,
        after: Shop,
        *,
        decision: VerificationDecision | None = None,
        new_seller: Account | None = None,
        idempotency: IdempotencyKey | None = None,
    ) -> None:
        if idempotency is not None:
            self.raise_if_recorded(idempotency, after.updated_at)
        if self.shops.get(after.id) != before:
            raise Stale
        self.shops[after.id] = after
        if decision is not None:
            self.decisions[decision.id] = decision
        if new_seller is not None:
            self.new_sellers.append(new_seller.id)
        if idempotency is not None:
            self.recorded[idempotency] = decision.id if decision else after.id

    def decision(self, shop_id: str, decision_id: str) -> VerificationDecision | None:
        found = self.decisions.get(decision_id)
        return found if found and found.shop_id == shop_id else None

    def raise_if_recorded(self, key: IdempotencyKey, now: datetime) -> None:
        if key in self.recorded:
            raise Replayed(self.recorded[key])
