"""Opening, editing and verifying shops, and following them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from souk.accounts.auth.model import Account
from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, NotFound
from souk.shared.versioned import Versions, check_version, retrying
from souk.storefront.sellers.model import (
    AlreadyFollowing,
    Application,
    Decision,
    Following,
    Shop,
    ShopFront,
    VerificationDecision,
)

if TYPE_CHECKING:
    from souk.accounts.addresses.model.phone_plans import PhonePlans

_LONGEST_ID = 64
"""Longer than any shop's id. A longer text could not even be part of a follow's key."""


class Shops(Protocol):
    def find(self, shop_id: str) -> Shop | None: ...

    def front(self, shop_id: str) -> ShopFront | None:
        """A shop with its rating and its number of followers, in one request."""
        ...

    def save(
        self,
        before: Shop | None,
        after: Shop,
        *,
        decision: VerificationDecision | None = None,
        new_seller: Account | None = None,
        idempotency: IdempotencyKey | None = None,
    ) -> None:
        """Write the shop, the decision and the role of `new_seller` together, or nothing.

        A replay answers from the decision's id if there is a decision, else from the shop's.
        Raises Stale unless the stored shop is `before` (None: there is none) and the account is unchanged; Replayed.
        """
        ...

    def decision(self, shop_id: str, decision_id: str) -> VerificationDecision | None: ...

    def raise_if_recorded(self, key: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed or IdempotencyKeyReused if `key` was used before."""
        ...


class Follows(Protocol):
    def add(self, following: Following, idempotency: IdempotencyKey | None) -> None:
        """Raises AlreadyFollowing; NotFound when there is no such shop or it may not be shown; Replayed."""
        ...

    def remove(self, user_id: str, shop_id: str) -> None:
        """Success also when the user does not follow the shop. Raises Stale when another call changed the follow."""
        ...

    def record(self, key: IdempotencyKey, shop_id: str, now: datetime) -> None:
        """Record a call that had nothing left to do. Raises Replayed, IdempotencyKeyReused."""
        ...

    def page(
        self, user_id: str, limit: int, after: Mapping[str, str] | None
    ) -> tuple[Sequence[tuple[Following, Shop]], dict[str, str] | None]:
        """Newest first, without shops that may not be shown; and the key after which the next page starts.

        Both keys are {"id": ...}.
        """
        ...


class ShopService:
    """`account_of` reads an account as it is now; `verified_only`: only verified shops are shown and sell."""

    def __init__(
        self,
        shops: Shops,
        account_of: Callable[[str], Account],
        clock: Clock,
        new_id: NewId,
        phones: PhonePlans,
        *,
        verified_only: bool,
    ) -> None:
        self._shops = shops
        self._account_of = account_of
        self._phones = phones
        self._clock = clock
        self._new_id = new_id
        self._verified_only = verified_only

    def front(self, shop_id: str) -> ShopFront:
        """The shop as the public sees it. Raises NotFound, also for a shop that may not sell now."""
        front = self._shops.front(shop_id)
        if front is None or not front.shop.may_sell(verified_only=self._verified_only):
            raise _no_shop()
        return front

    def update(self, owner_id: str, shop_id: str, changes: Mapping[str, Any], if_match: Versions | None) -> ShopFront:
        """The shop with `changes`, by field name; its owner may edit it with any verification.

        Raises NotFound for another seller's shop, and PreconditionFailed unless the version is one of `if_match`.
        """
        return retrying("shop", partial(self._update, owner_id, shop_id, changes, if_match))

    def _update(self, owner_id: str, shop_id: str, changes: Mapping[str, Any], if_match: Versions | None) -> ShopFront:
        front = self._shops.front(shop_id) if shop_id == owner_id else None
        if front is None:
            raise _no_shop()
        check_version("shop", front.shop.version, if_match)
        if not changes:
            return front
        after = self._next(front.shop, replace(front.shop, **changes))
        self._shops.save(front.shop, after)
        return replace(front, shop=after)

    def own(self, owner_id: str) -> Shop:
        """The caller's shop. Raises NotFound."""
        return self._existing(owner_id)

    def apply(
        self, owner_id: str, shop_name: str, application: Application, idempotency: IdempotencyKey | None
    ) -> Shop:
        """The caller's shop, opened if there was none, waiting for an operator; its owner becomes a seller.

        Raises Conflict `already_verified`, `shop_suspended`; Replayed.
        """
        application = self._with_number(application)
        return retrying("shop", partial(self._apply, owner_id, shop_name, application, idempotency))

    def _with_number(self, application: Application) -> Application:
        address = application.return_address
        if address is None or address.phone is None:
            return application
        number = self._phones.e164(address.phone, address.country)
        return replace(application, return_address=replace(address, phone_e164=number))

    def _apply(
        self, owner_id: str, shop_name: str, application: Application, idempotency: IdempotencyKey | None
    ) -> Shop:
        owner = self._account_of(owner_id)
        before = self._shops.find(owner_id)
        now = self._clock()
        shop = before or Shop.opened(owner, now)
        after = self._next(before, self._replayable(idempotency, partial(shop.applied, shop_name, application, now)))
        self._shops.save(before, after, new_seller=None if owner.is_seller else owner, idempotency=idempotency)
        return after

    def decide(
        self, shop_id: str, decision: Decision, reason: str, operator_id: str, idempotency: IdempotencyKey | None
    ) -> tuple[VerificationDecision, Shop]:
        """Apply and record an operator's decision. Raises NotFound, Conflict `illegal_transition`, Replayed."""
        return retrying("shop", partial(self._decide, shop_id, decision, reason, operator_id, idempotency))

    def _decide(
        self, shop_id: str, decision: Decision, reason: str, operator_id: str, idempotency: IdempotencyKey | None
    ) -> tuple[VerificationDecision, Shop]:
        before = self._existing(shop_id)
        after = self._next(before, self._replayable(idempotency, partial(before.decided, decision)))
        made = VerificationDecision(
            self._new_id(), shop_id, decision, reason, operator_id, after.updated_at, after.verification
        )
        self._shops.save(before, after, decision=made, idempotency=idempotency)
        return made, after

    def decision(self, shop_id: str, decision_id: str) -> tuple[VerificationDecision, Shop]:
        """An earlier decision, and the shop as it is now. Raises NotFound."""
        decision = self._shops.decision(shop_id, decision_id)
        if decision is None:
            raise NotFound("There is no such decision.")
        return decision, self._existing(shop_id)

    def _existing(self, shop_id: str) -> Shop:
        shop = self._shops.find(shop_id)
        if shop is None:
            raise _no_shop()
        return shop

    def _replayable(self, idempotency: IdempotencyKey | None, change: Callable[[], Shop]) -> Shop:
        """The changed shop. A repeated call finds the state that its first one made, where the change is illegal."""
        try:
            return change()
        except Conflict:
            if idempotency is not None:
                self._shops.raise_if_recorded(idempotency, self._clock())
            raise

    def _next(self, before: Shop | None, after: Shop) -> Shop:
        return replace(after, version=before.version + 1 if before else 1, updated_at=self._clock())


class FollowService:
    def __init__(self, follows: Follows, clock: Clock, new_id: NewId) -> None:
        self._follows = follows
        self._clock = clock
        self._new_id = new_id

    def follow(self, user_id: str, shop_id: str, idempotency: IdempotencyKey | None) -> None:
        """Success also when the user follows the shop already. Raises Conflict `own_shop`, NotFound, Replayed."""
        if user_id == shop_id:
            raise Conflict("Nobody can follow their own shop.", code="own_shop")
        if len(shop_id) > _LONGEST_ID:
            raise _no_shop()
        now = self._clock()
        try:
            self._follows.add(Following(self._new_id(), user_id, shop_id, now), idempotency)
        except AlreadyFollowing:
            if idempotency is not None:
                self._follows.record(idempotency, shop_id, now)

    def unfollow(self, user_id: str, shop_id: str) -> None:
        """Success also when the user does not follow the shop."""
        # After a conflict the follow is read again: another call may have removed it, or removed it and followed again.
        retrying("follow", partial(self._follows.remove, user_id, shop_id))

    def following(
        self, user_id: str, limit: int, after: Mapping[str, str] | None
    ) -> tuple[Sequence[tuple[Following, Shop]], dict[str, str] | None]:
        """A page of the shops that a user follows, as `Follows.page` has it."""
        return self._follows.page(user_id, limit, after)


def _no_shop() -> NotFound:
    return NotFound("There is no such shop.")
