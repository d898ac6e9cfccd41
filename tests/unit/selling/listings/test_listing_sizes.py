"""Every listing that is accepted fits into an item of the table: 400 KB."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from pydantic import ValidationError

from souk.aws.items import to_attributes
from souk.selling.listings.mapping import from_listing
from souk.selling.listings.schemas import ListingChanges, NewListing
from souk.selling.listings.service.media_steps import MediaStore, to_brief
from souk.selling.media.adapters.studio.text import StudioText
from tests.unit.selling.listings.listing_builders import a_listing

_WIDE = "\N{HOT BEVERAGE}\N{VARIATION SELECTOR-16}"  # six bytes in UTF-8
_ITEM_BYTES = 400 * 1024


def _sent(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Cup",
        "description": "A cup.",
        "category_id": "1",
        "price": 1,
        "quantity": 1,
        "condition_id": 1000,
        "image_prompt": "on a table",
        **fields,
    }


def _size(attribute: object) -> int:
    """The size of names and values as DynamoDB counts them, or more."""
    if isinstance(attribute, dict):
        return sum(len(name.encode()) + 3 + _size(value) for name, value in attribute.items())
    if isinstance(attribute, list):
        return sum(1 + _size(value) for value in attribute)
    return len(str(attribute).encode())


@pytest.mark.parametrize(
    "fields",
    [
        {"description": _WIDE * 20_000},
        {"item_specifics": {f"Name {number}": ["x" * 800] * 10 for number in range(20)}},
    ],
)
def test_texts_that_are_too_large_for_an_item_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"at most (100000|32000) bytes"):
        NewListing.model_validate(_sent(**fields))
    with pytest.raises(ValidationError, match=r"at most (100000|32000) bytes"):
        ListingChanges.model_validate(fields)


def test_the_largest_listing_that_is_accepted_fits_into_an_item() -> None:
    most = NewListing.model_validate(
        _sent(
            title="x" * 80,
            description=_WIDE * 16_666,
            image_prompt=_WIDE * 500,
            video_prompt=_WIDE * 500,
            item_specifics={f"Name {number:03}": [_WIDE * 50] * 2 for number in range(45)},
        )
    )
    listing = a_listing(**most.to_fields())
    enriched = StudioText().enrich_description(to_brief(listing, cast(MediaStore, None)))
    size = _size(to_attributes(from_listing(replace(listing, enriched_description=enriched))))
    assert 250_000 < size < _ITEM_BYTES * 0.8
