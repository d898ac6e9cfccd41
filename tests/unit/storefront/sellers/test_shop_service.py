"""Editing, verifying and applying for shops, with concurrent changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from souk.accounts.addresses.adapters.phone_numbers import PhoneNumbers
from souk.accounts.auth.model import Account, Role
from souk.aws.idempotency import IdempotencyKey, Replayed
from souk.shared.errors import Conflict, DependencyUnavailable, NotFound, PreconditionFailed, Unauthenticated
from souk.storefront.sellers.model import Decision, Shop, Verification
from souk.storefront.sellers.service import ShopService
from tests.unit.storefront.sellers.shops import APPLICATION, START, FakeShops, make_account, make_shop

KEY = IdempotencyKey("operator", "decide_verification", "one", "digest")


@dataclass
class Bench:
    """A service over fakes; its clock advances by a second at each reading."""

    store: FakeShops = field(default_factory=FakeShops)
    account: Account = field(default_factory=make_account)
    verified_only: bool = False
    now: datetime = START

    def service(self) -> ShopService:
        numbers = count(1)
        return ShopService(
            self.store,
            self._account_of,
            self._clock,
            lambda: f"decision {next(numbers)}",
            PhoneNumbers(),
            verified_only=self.verified_only,
        )

    def holding(self, *shops: Shop) -> Bench:
        self.store.shops = {shop.id: shop for shop in shops}
        return self

    def rival(self, *, name: str = "A rival's") -> None:
        shop = self.store.shops["owner"]
        self.store.shops["owner"] = replace(shop, shop_name=name, version=shop.version + 1)

    def _clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def _account_of(self, account_id: str) -> Account:
        if account_id != self.account.id:
            raise Unauthenticated("gone", code="account_gone")
        return self.account


# Applying ------------------------------------------------------------------------------------------------------------


def test_applying_opens_a_shop_and_makes_a_seller() -> None:
    bench = Bench()
    shop = bench.service().apply("owner", "Vintage Vault", APPLICATION, None)
    assert (shop.verification, shop.version, shop.shop_name) == (Verification.PENDING, 1, "Vintage Vault")
    assert bench.store.shops == {"owner": shop}
    assert bench.store.new_sellers == ["owner"]


def test_a_seller_who_applies_keeps_the_shop_and_the_role() -> None:
    bench = Bench(account=make_account(roles=(Role.USER, Role.SELLER))).holding(make_shop(version=4, bio="Old"))
    shop = bench.service().apply("owner", "Vintage Vault", APPLICATION, None)
    assert (shop.version, shop.bio, shop.created_at) == (5, "Old", START)
    assert bench.store.new_sellers == []


def test_an_application_is_retried_after_a_conflict() -> None:
    bench = Bench().holding(make_shop(bio="Old"))
    bench.store.meanwhile = [bench.rival, bench.rival]
    assert bench.service().apply("owner", "Vintage Vault", APPLICATION, None).version == 4


def test_a_deleted_account_cannot_apply() -> None:
    bench = Bench()
    with pytest.raises(Unauthenticated):
        bench.service().apply("nobody", "Vintage Vault", APPLICATION, None)
    assert bench.store.shops == {}


# Editing -------------------------------------------------------------------------------------------------------------


def test_an_edit_increases_the_version_and_keeps_rating_and_followers() -> None:
    bench = Bench().holding(make_shop())
    front = bench.service().update("owner", "owner", {"bio": "New"}, {1})
    assert (front.shop.bio, front.shop.version, front.followers, front.rating.count) == ("New", 2, 3, 2)
    assert bench.store.shops["owner"] == front.shop


def test_an_empty_edit_writes_nothing() -> None:
    bench = Bench().holding(make_shop())
    assert bench.service().update("owner", "owner", {}, None).shop == make_shop()
    assert bench.store.shops["owner"] == make_shop()


def test_concurrent_edits_are_both_kept_unless_if_match_is_sent() -> None:
    bench = Bench().holding(make_shop())
    bench.store.meanwhile = [bench.rival]
    kept = bench.service().update("owner", "owner", {"bio": "New"}, None).shop
    assert (kept.shop_name, kept.bio, kept.version) == ("A rival's", "New", 3)
    bench.store.meanwhile = [bench.rival]
    with pytest.raises(PreconditionFailed):
        bench.service().update("owner", "owner", {"bio": "Newer"}, {3})


def test_an_edit_with_a_conflict_at_every_attempt_is_a_503() -> None:
    bench = Bench().holding(make_shop())
    bench.store.meanwhile = [bench.rival] * 100
    with pytest.raises(DependencyUnavailable):
        bench.service().update("owner", "owner", {"bio": "New"}, None)
    assert bench.store.shops["owner"].bio is None


@pytest.mark.parametrize("shop_id", ["owner", "another"])
def test_another_sellers_shop_and_an_unknown_one_are_not_found(shop_id: str) -> None:
    bench = Bench().holding(make_shop(id="another"))
    with pytest.raises(NotFound):
        bench.service().update("owner", shop_id, {"bio": "New"}, None)
    assert bench.store.shops == {"another": make_shop(id="another")}


# Looking -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verified_only", [False, True])
@pytest.mark.parametrize("verification", Verification)
def test_the_public_sees_shops_that_may_sell(verification: Verification, verified_only: bool) -> None:
    shop = make_shop(verification)
    service = Bench(verified_only=verified_only).holding(shop).service()
    if shop.may_sell(verified_only=verified_only):
        assert service.front("owner").shop == shop
    else:
        with pytest.raises(NotFound):
            service.front("owner")


# Deciding ------------------------------------------------------------------------------------------------------------


def test_a_decision_is_recorded_with_who_when_and_why() -> None:
    bench = Bench().holding(make_shop(Verification.PENDING, version=2))
    service = bench.service()
    decision, shop = service.decide("owner", Decision.VERIFY, "In order.", "operator", None)
    assert (decision.shop_id, decision.decision, decision.reason, decision.operator_id) == (
        "owner",
        Decision.VERIFY,
        "In order.",
        "operator",
    )
    assert (decision.outcome, decision.decided_at) == (shop.verification, shop.updated_at)
    assert (shop.verification, shop.version) == (Verification.VERIFIED, 3)
    assert service.decision("owner", decision.id) == (decision, shop)


def test_a_decision_is_checked_against_the_current_shop() -> None:
    """Two operators at once: the second one's decision has to be legal after the first one's."""
    bench = Bench().holding(make_shop(Verification.PENDING))
    other = bench.service()
    bench.store.meanwhile = [lambda: bench.store.shops.update(owner=make_shop(Verification.VERIFIED, version=2))]
    with pytest.raises(Conflict) as refused:
        other.decide("owner", Decision.REJECT, "No.", "operator", None)
    assert refused.value.code == "illegal_transition"
    assert bench.store.decisions == {}


def test_a_repeated_decision_is_a_replay_even_if_it_is_no_longer_legal() -> None:
    bench = Bench().holding(make_shop(Verification.PENDING))
    service = bench.service()
    decision, _ = service.decide("owner", Decision.VERIFY, "In order.", "operator", KEY)
    with pytest.raises(Replayed) as replayed:
        service.decide("owner", Decision.VERIFY, "In order.", "operator", KEY)
    assert replayed.value.entity_id == decision.id
    assert list(bench.store.decisions) == [decision.id]


def test_a_decision_about_an_unknown_shop_is_not_found() -> None:
    with pytest.raises(NotFound):
        Bench().service().decide("owner", Decision.VERIFY, "In order.", "operator", None)


def test_a_decision_of_another_shop_is_not_found() -> None:
    bench = Bench().holding(make_shop(Verification.PENDING), make_shop(id="another"))
    service = bench.service()
    decision, _ = service.decide("owner", Decision.VERIFY, "In order.", "operator", None)
    with pytest.raises(NotFound):
        service.decision("another", decision.id)
