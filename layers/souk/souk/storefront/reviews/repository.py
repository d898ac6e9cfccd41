"""Reviews in the catalogue table.

The ratings of product and shop change in the transaction of the review itself, so they are exact at every moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from souk.accounts.auth.keys import account_key
from souk.accounts.profiles.keys import profile_key
from souk.aws import idempotency as records
from souk.aws.idempotency import IdempotencyKey
from souk.aws.tables import Action, Check, Delete, Item, Put, Tables, Update
from souk.aws.versioned import delete_unchanged, put_changed
from souk.shared.errors import Conflict, NotFound
from souk.storefront.catalogue.keys import product_key, rating_key
from souk.storefront.catalogue.mapping import read_product, to_product
from souk.storefront.orders.keys import bought_key
from souk.storefront.reviews.keys import REVIEW_PREFIX, review_key, reviewer_key
from souk.storefront.reviews.mapping import from_review, to_review
from souk.storefront.reviews.model import RatingChange, Review, public_name
from souk.storefront.sellers.keys import shop_rating_key
from souk.storefront.sellers.mapping import read_shop, shop_may_sell


class ReviewRepository:
    """Implements `souk.storefront.reviews.service.Reviews`; that Protocol says what each method does and raises."""

    def __init__(
        self, tables: Tables, table: str, orders_table: str, identity_table: str, *, verified_only: bool
    ) -> None:
        self._tables = tables
        self._table = table
        self._orders_table = orders_table
        self._identity_table = identity_table
        self._verified_only = verified_only

    def is_shown(self, product_id: str, seller_id: str | None) -> bool:
        wanted = read_product(self._table, product_id)
        if seller_id is None:
            [product] = self._tables.read(wanted)
            [shop] = self._tables.read(read_shop(self._table, product.seller_id)) if product else [None]
        else:
            product, shop = self._tables.read(wanted, read_shop(self._table, seller_id))
        is_offered = product is not None and product.is_offered
        return is_offered and shop is not None and shop.may_sell(verified_only=self._verified_only)

    def seller_and_reviewer_name(self, product_id: str, reviewer_id: str) -> tuple[str | None, str]:
        account, profile = account_key(reviewer_id), profile_key(reviewer_id)
        found = self._tables.read_batch(
            {self._table: [product_key(product_id)], self._identity_table: [account, profile]}
        )
        person = {item["sk"]: item for item in found[self._identity_table]}
        name = public_name(
            person.get(profile["sk"], {}).get("username"), person.get(account["sk"], {}).get("full_name")
        )
        return _seller_of(next(iter(found[self._table]), None)), name

    def find(self, product_id: str, review_id: str) -> Review | None:
        item = self._tables.get(self._table, review_key(product_id, review_id))
        return None if item is None else to_review(item)

    def page(self, product_id: str, limit: int, after: str | None) -> tuple[tuple[Review, ...], str | None]:
        page = self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": product_key(product_id)["pk"], "prefix": REVIEW_PREFIX},
            newest_first=True,
            limit=limit,
            after=review_key(product_id, after) if after else None,
        )
        next_id = page.next_key["sk"].removeprefix(REVIEW_PREFIX) if page.next_key else None
        return tuple(to_review(item) for item in page.items), next_id

    def add(self, review: Review, idempotency: IdempotencyKey | None) -> None:
        visible = shop_may_sell(self._table, review.seller_id, verified_only=self._verified_only)
        actions: tuple[Action, ...] = (
            replace(visible, otherwise=NotFound("There is no such product.")),
            Check(
                self._orders_table,
                bought_key(review.reviewer_id, review.product_id),
                condition="attribute_exists(#pk)",
                otherwise=Conflict("Only who received this product can review it.", code="not_purchased"),
            ),
            Put(
                self._table,
                {**reviewer_key(review.product_id, review.reviewer_id), "review_id": review.id},
                condition="attribute_not_exists(#pk)",
                otherwise=Conflict("You have reviewed this product. Edit that review.", code="already_reviewed"),
            ),
            Put(self._table, from_review(review)),
            *self._change_ratings(review, RatingChange.between(None, review)),
        )
        records.write(self._tables, self._table, actions, idempotency, review.id, review.created_at)

    def save(self, before: Review, after: Review) -> None:
        put = put_changed(self._table, from_review(after), before.version)
        change = RatingChange.between(before, after)
        if not change:
            self._tables.put(put)
            return
        self._tables.commit(put, *self._change_ratings(after, change))

    def remove(self, review: Review) -> None:
        self._tables.commit(
            delete_unchanged(self._table, review_key(review.product_id, review.id), review.version),
            Delete(self._table, reviewer_key(review.product_id, review.reviewer_id)),
            *self._change_ratings(review, RatingChange.between(review, None)),
        )

    def raise_if_recorded(self, idempotency: IdempotencyKey, now: datetime) -> None:
        records.raise_if_recorded(self._tables, self._table, idempotency, now)

    def _change_ratings(self, review: Review, change: RatingChange) -> tuple[Update, ...]:
        return tuple(
            Update(
                self._table,
                key,
                "ADD #sum :stars, #count :reviews, #version :one",
                values={"stars": change.stars, "reviews": change.reviews, "one": 1},
            )
            for key in (rating_key(review.product_id), shop_rating_key(review.seller_id))
        )


def _seller_of(item: Item | None) -> str | None:
    if item is None:
        return None
    product = to_product(item)
    return product.seller_id if product.is_offered else None
