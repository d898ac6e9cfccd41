"""The verification of a shop, when it may sell, and its item."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.errors import Conflict
from souk.storefront.sellers.mapping import from_shop, to_shop
from souk.storefront.sellers.model import Application, Decision, Rating, ReturnAddress, Shop, Verification
from tests.unit.storefront.sellers.shops import APPLICATION, START, make_account, make_shop

UNVERIFIED, PENDING, VERIFIED, REJECTED, SUSPENDED = Verification
VERIFY, REJECT, SUSPEND, REINSTATE = Decision

LEGAL = {
    (UNVERIFIED, VERIFY): VERIFIED,
    (UNVERIFIED, SUSPEND): SUSPENDED,
    (PENDING, VERIFY): VERIFIED,
    (PENDING, REJECT): REJECTED,
    (PENDING, SUSPEND): SUSPENDED,
    (REJECTED, VERIFY): VERIFIED,
    (REJECTED, SUSPEND): SUSPENDED,
    (VERIFIED, SUSPEND): SUSPENDED,
}


@pytest.mark.parametrize("decision", [VERIFY, REJECT, SUSPEND])
@pytest.mark.parametrize("verification", Verification)
def test_only_the_transitions_of_the_table_are_legal(verification: Verification, decision: Decision) -> None:
    shop = make_shop(verification)
    if (verification, decision) in LEGAL:
        assert shop.decided(decision).verification is LEGAL[verification, decision]
    else:
        with pytest.raises(Conflict) as refused:
            shop.decided(decision)
        assert refused.value.code == "illegal_transition"


@pytest.mark.parametrize("verification", [UNVERIFIED, PENDING, VERIFIED, REJECTED])
def test_a_reinstated_shop_has_its_former_verification(verification: Verification) -> None:
    shop = make_shop(verification)
    assert shop.decided(SUSPEND).decided(REINSTATE) == shop


@pytest.mark.parametrize("verification", [UNVERIFIED, PENDING, VERIFIED, REJECTED])
def test_only_a_suspended_shop_can_be_reinstated(verification: Verification) -> None:
    with pytest.raises(Conflict, match="reinstate"):
        make_shop(verification).decided(REINSTATE)


@pytest.mark.parametrize("verification", [UNVERIFIED, PENDING, REJECTED])
def test_an_application_waits_for_an_operator(verification: Verification) -> None:
    later = START + timedelta(days=1)
    applied = make_shop(verification).applied("Another name", APPLICATION, later)
    assert applied == make_shop(PENDING, shop_name="Another name", application=APPLICATION, applied_at=later)


@pytest.mark.parametrize(("verification", "code"), [(VERIFIED, "already_verified"), (SUSPENDED, "shop_suspended")])
def test_a_verified_or_suspended_shop_cannot_apply(verification: Verification, code: str) -> None:
    with pytest.raises(Conflict) as refused:
        make_shop(verification).applied("Another name", APPLICATION, START)
    assert refused.value.code == code


def test_a_shop_sells_unless_it_is_suspended_or_verification_is_required() -> None:
    assert {one for one in Verification if make_shop(one).may_sell(verified_only=False)} == set(Verification) - {
        SUSPENDED
    }
    assert {one for one in Verification if make_shop(one).may_sell(verified_only=True)} == {VERIFIED}


def test_a_new_shop_has_its_owners_name_or_a_part_of_the_id() -> None:
    assert Shop.opened(make_account(), START) == make_shop(shop_name="John Doe")
    assert Shop.opened(make_account(id="0123456789", full_name=None), START).shop_name == "Shop 456789"


@pytest.mark.parametrize(
    ("total", "count", "average"),
    [(0, 0, None), (5, 1, "5.0"), (9, 2, "4.5"), (14, 3, "4.7"), (13, 3, "4.3"), (89, 20, "4.5"), (17, 4, "4.3")],
)
def test_a_rating_has_one_decimal(total: int, count: int, average: str | None) -> None:
    assert Rating(total, count).average == (None if average is None else Decimal(average))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=50))
def test_a_rating_is_within_half_a_tenth_of_the_mean(stars: list[int]) -> None:
    average = Rating(sum(stars), len(stars)).average
    assert average is not None
    assert abs(average * len(stars) - sum(stars)) * 20 <= len(stars)
    assert min(stars) <= average <= max(stars)


_texts = st.text(min_size=1, max_size=20)
_maybe = st.none() | _texts
_times = st.integers(0, 10**9).map(lambda milliseconds: START + timedelta(milliseconds=milliseconds))
_addresses = st.builds(ReturnAddress, *[_maybe] * 8)
_applications = st.builds(
    Application,
    category=_texts,
    experience_level=_maybe,
    monthly_revenue=_maybe,
    platforms=st.lists(_texts, max_size=3).map(tuple),
    social_links=st.dictionaries(_texts, _texts, max_size=3),
    return_address=st.none() | _addresses,
)
_shops = st.builds(
    Shop,
    id=_texts,
    shop_name=_texts,
    verification=st.sampled_from(Verification),
    version=st.integers(1, 10**6),
    created_at=_times,
    updated_at=_times,
    logo_url=_maybe,
    bio=_maybe,
    application=st.none() | _applications,
    applied_at=st.none() | _times,
    suspended_from=st.none() | st.sampled_from(Verification),
)


@given(_shops)
def test_a_shop_is_read_as_it_was_written(shop: Shop) -> None:
    assert to_shop(from_shop(shop)) == shop
