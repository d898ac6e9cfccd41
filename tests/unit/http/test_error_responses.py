"""Which HTTP status each error of the API is answered with."""

from __future__ import annotations

import pytest

from souk.http.error_responses import status_of
from souk.selling.marketplaces.model import MarketplaceUnauthorized
from souk.selling.media.model import PictureRejected
from souk.shared import errors
from souk.shared.errors import SoukError
from souk.shared.money import CurrencyMismatch
from souk.storefront.catalogue.model import InsufficientInventory
from souk.storefront.search.model import IndexUnavailable

CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, SoukError)]


@pytest.mark.parametrize("error", [one for one in CLASSES if one is not SoukError])
def test_an_error_that_a_caller_can_get_is_not_a_fault_of_ours(error: type[SoukError]) -> None:
    assert status_of(error) in {400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 502, 503}


def test_an_error_without_a_class_of_its_own_is_a_500() -> None:
    assert status_of(SoukError) == 500


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CurrencyMismatch, 400),
        (PictureRejected, 400),
        (InsufficientInventory, 409),
        (MarketplaceUnauthorized, 422),
        (errors.VendorThrottled, 502),
        (IndexUnavailable, 503),
    ],
)
def test_a_domains_error_has_the_status_of_the_class_it_derives_from(error: type[SoukError], status: int) -> None:
    assert status_of(error) == status
