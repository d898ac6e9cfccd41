"""The key of an attempt never changes, and differs from that of any other attempt."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from souk.selling.marketplaces.adapters.ebay.idempotency import attempt_uuid

listing_ids = st.uuids().map(str)


@given(listing_ids, st.integers(1, 10_000))
def test_a_key_has_the_format_of_an_ebay_uuid(listing_id: str, attempt: int) -> None:
    assert re.fullmatch(r"[0-9A-F]{32}", attempt_uuid(listing_id, attempt))


@given(st.lists(st.tuples(listing_ids, st.integers(1, 500)), unique=True, min_size=2, max_size=20))
def test_different_attempts_have_different_keys(attempts: list[tuple[str, int]]) -> None:
    assert len({attempt_uuid(*attempt) for attempt in attempts}) == len(attempts)


def test_the_key_of_an_attempt_never_changes_between_releases() -> None:
    assert attempt_uuid("01935f2a-7c11-7a52-9d0e-5a6b7c8d9e0f", 1) == "2C7F58510F6853BF9AEB2FDC91B81CA3"
