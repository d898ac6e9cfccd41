"""The keys of reviews in the catalogue table.

pk                sk                    what
PRODUCT#<id>      REVIEW#<uuid7>        a review, newest last
PRODUCT#<id>      REVIEWER#<buyer>      makes a buyer's review of a product unique; holds the id of its REVIEW#
PRODUCT#<id>      RATING                {sum, count, version} of the product
SHOP#<id>         RATING                {sum, count, version} of all products of the shop
"""

from __future__ import annotations

from souk.storefront.catalogue.keys import product_key

REVIEW_PREFIX = "REVIEW#"


def review_key(product_id: str, review_id: str) -> dict[str, str]:
    return {**product_key(product_id), "sk": f"{REVIEW_PREFIX}{review_id}"}


def reviewer_key(product_id: str, reviewer_id: str) -> dict[str, str]:
    return {**product_key(product_id), "sk": f"REVIEWER#{reviewer_id}"}
