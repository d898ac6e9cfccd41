"""Opening, keeping and judging shops, and following them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from souk.accounts.auth.model import Account
from souk.aws.idempotency import IdempotencyKey
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Conflict, DependencyUnavailable, NotFound, PreconditionFailed
from souk.storefront.sellers.model import Application, Decision, Following, Ruling, Shop, ShopFront

_ROUNDS = 6
_LONGEST_ID = 64
"""Of a shop, with room to spare. A longer one could not even be part of a follow's key."""


class StaleShop(Exception):
    """The shop, or its owner's account, has changed since it was read."""


class AlreadyFollowing(Exception):
    """The user follows this shop already."""


class Shops(Protocol):
    def find(self, shop_id: str) -> Shop | None: ...

    def front(self, shop_id: str) -> ShopFront | None:
        """A shop with its rating and followers, in one request."""
        ...

    def save(
        self,
        before: Shop | None,
        after: Shop,
        *,
        ruling: Ruling | None = None,
        new_seller: Account | None = None,
        idempotency: IdempotencyKey | None = None,
    ) -> None:
        """All of it or nothing. `new_seller` gets the role. A replay is told the ruling's id, else the shop's.

        Raises StaleShop unless the shop is as `before`; Replayed.
        """
        ...

    def ruling(self, shop_id: str, ruling_id: str) -> Ruling | None: ...

    def raise_if_done(self, key: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed or IdempotencyKeyReused when the deed of `key` is done."""
        ...


class Follows(Protocol):
    def add(self, following: Following, idempotency: IdempotencyKey | None) -> None:
        """Raises AlreadyFollowing; NotFound when there is no such shop to be seen; Replayed."""
        ...

    def remove(self, user_id: str, shop_id: str) -> None:
        """One that is not there is success."""
        ...

    def claim(self, key: IdempotencyKey, shop_id: str, now: datetime) -> None:
        """Record a call that had nothing left to do. Raises Replayed, IdempotencyKeyReused."""
        ...

    def page(
        self, user_id: str, limit: int, after: Mapping[str, str] | None
    ) -> tuple[Sequence[tuple[Following, Shop]], dict[str, str] | None]:
        """Newest first. `after` and the second answer are {"id": ...}."""
        ...


class ShopService:
    """`account_of` answers an account as it is now; `verified_only`: other shops neither show nor sell."""

    def __init__(
        self,
        shops: Shops,
        account_of: Callable[[str], Account],
        clock: Clock,
        new_id: NewId,
        *,
        verified_only: bool,
    ) -> None:
        self._shops = shops
        self._account_of = account_of
        self._clock = clock
        self._new_id = new_id
        self._verified_only = verified_only

    def front(self, shop_id: str) -> ShopFront:
        """What the public sees. Raises NotFound, also for a shop that must not sell now."""
        front = self._shops.front(shop_id)
        if front is None or not front.shop.may_sell(verified_only=self._verified_only):
            raise _no_shop()
        return front

    def update(self, owner_id: str, shop_id: str, changes: Mapping[str, Any], if_match: int | None) -> ShopFront:
        """The shop with `changes`, by field name; its owner may edit it in any standing.

        Raises NotFound for another's, and PreconditionFailed unless the version is `if_match`.
        """
        for _ in range(_ROUNDS):
            front = self._shops.front(shop_id) if shop_id == owner_id else None
            if front is None:
                raise _no_shop()
            before = front.shop
            if if_match not in (None, before.version):
                raise PreconditionFailed("The shop has changed since you read it.")
            if not changes:
                return front
            after = self._next(before, replace(before, **changes))
            try:
                self._shops.save(before, after)
            except StaleShop:
                continue
            return replace(front, shop=after)
        raise _busy()

    def own(self, owner_id: str) -> Shop:
        """Raises NotFound."""
        return self._existing(owner_id)

    def apply(
        self, owner_id: str, shop_name: str, application: Application, idempotency: IdempotencyKey | None
    ) -> Shop:
        """The caller's shop, opened if need be, waiting for an operator; its owner is a seller from now on.

        Raises Conflict `already_verified`, `shop_suspended`; Replayed.
        """
        for _ in range(_ROUNDS):
            owner = self._account_of(owner_id)
            before = self._shops.find(owner_id)
            now = self._clock()
            opened = before or Shop.opened(owner, now)
            after = self._decided(idempotency, partial(opened.applied, shop_name, application, now))
            after = self._next(before, after)
            try:
                self._shops.save(before, after, new_seller=None if owner.is_seller else owner, idempotency=idempotency)
            except StaleShop:
                continue
            return after
        raise _busy()

    def decide(
        self, shop_id: str, decision: Decision, reason: str, operator_id: str, idempotency: IdempotencyKey | None
    ) -> tuple[Ruling, Shop]:
        """An operator's decision, recorded. Raises NotFound, Conflict `illegal_transition`, Replayed."""
        for _ in range(_ROUNDS):
            before = self._existing(shop_id)
            after = self._decided(idempotency, partial(before.decided, decision))
            after = self._next(before, after)
            ruling = Ruling(
                self._new_id(), shop_id, decision, reason, operator_id, after.updated_at, after.verification
            )
            try:
                self._shops.save(before, after, ruling=ruling, idempotency=idempotency)
            except StaleShop:
                continue
            return ruling, after
        raise _busy()

    def ruling(self, shop_id: str, ruling_id: str) -> tuple[Ruling, Shop]:
        """A decision made before. Raises NotFound."""
        ruling = self._shops.ruling(shop_id, ruling_id)
        if ruling is None:
            raise NotFound("There is no such decision.")
        return ruling, self._existing(shop_id)

    def _existing(self, shop_id: str) -> Shop:
        shop = self._shops.find(shop_id)
        if shop is None:
            raise _no_shop()
        return shop

    def _decided(self, idempotency: IdempotencyKey | None, decide: Callable[[], Shop]) -> Shop:
        try:
            return decide()
        except Conflict:
            # A repeated call finds the state that its first time made, where the action is no longer legal.
            if idempotency is not None:
                self._shops.raise_if_done(idempotency, self._clock())
            raise

    def _next(self, before: Shop | None, after: Shop) -> Shop:
        return replace(after, version=before.version + 1 if before else 1, updated_at=self._clock())


class FollowService:
    def __init__(self, follows: Follows, clock: Clock, new_id: NewId) -> None:
        self._follows = follows
        self._clock = clock
        self._new_id = new_id

    def follow(self, user_id: str, shop_id: str, idempotency: IdempotencyKey | None) -> None:
        """One that is followed already is success. Raises Conflict `own_shop`, NotFound, Replayed."""
        if shop_id == user_id:
            raise Conflict("Nobody follows himself.", code="own_shop")
        if len(shop_id) > _LONGEST_ID:
            raise _no_shop()
        now = self._clock()
        try:
            self._follows.add(Following(self._new_id(), user_id, shop_id, now), idempotency)
        except AlreadyFollowing:
            if idempotency is not None:
                self._follows.claim(idempotency, shop_id, now)

    def unfollow(self, user_id: str, shop_id: str) -> None:
        """One that is not followed is success."""
        self._follows.remove(user_id, shop_id)

    def following(
        self, user_id: str, limit: int, after: Mapping[str, str] | None
    ) -> tuple[Sequence[tuple[Following, Shop]], dict[str, str] | None]:
        """Whom a user follows, newest first, by page. Shops that must not be seen now are left out."""
        return self._follows.page(user_id, limit, after)


def _no_shop() -> NotFound:
    return NotFound("There is no such shop.")


def _busy() -> DependencyUnavailable:
    return DependencyUnavailable("The shop is being changed elsewhere. Try again shortly.", retry_after=1)
