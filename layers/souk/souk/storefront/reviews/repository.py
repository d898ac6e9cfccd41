"""Reviews in the catalogue table.

    pk                sk                    what
    PRODUCT#<id>      REVIEW#<uuid7>        a review, newest last
    PRODUCT#<id>      REVIEWER#<buyer>      makes a review unique; the id of its REVIEW#
    PRODUCT#<id>      RATING                {sum, count, version} of the product
    SHOP#<id>         RATING                {sum, count, version} of all products of the shop
    IDEMPOTENCY#...   <operation>#<key>     see souk.aws.idempotency

Both ratings move by what a review changes, in the transaction of the review itself: they are exact at every moment.
"""

from __future__ import annotations

from datetime import datetime

from souk.accounts.auth.keys import account_key
from souk.accounts.profiles.keys import profile_key
from souk.aws import idempotency as keys
from souk.aws.idempotency import IdempotencyKey
from souk.aws.tables import Action, Check, Delete, Item, Put, Tables, Update
from souk.shared.clock import from_wire, to_wire
from souk.shared.errors import Conflict
from souk.storefront.catalogue.keys import product_key, rating_key, to_product
from souk.storefront.orders.keys import bought_key
from souk.storefront.reviews.model import RatingChange, Review, public_name
from souk.storefront.reviews.service import StaleReview
from souk.storefront.sellers.keys import shop_rating_key

_PREFIX = "REVIEW#"


class ReviewRepository:
    def __init__(self, tables: Tables, table: str, orders_table: str, identity_table: str) -> None:
        self._tables = tables
        self._table = table
        self._orders_table = orders_table
        self._identity_table = identity_table

    def seller_of(self, product_id: str) -> str | None:
        """Whose product it is; None when there is none, or its seller has removed it."""
        item = self._tables.get(self._table, product_key(product_id))
        return None if item is None else _seller_of(item)

    def before_writing(self, product_id: str, reviewer_id: str) -> tuple[str | None, str]:
        """`seller_of` a product, and the public name of who is about to review it."""
        account, profile = account_key(reviewer_id), profile_key(reviewer_id)
        found = self._tables.read_batch(
            {self._table: [product_key(product_id)], self._identity_table: [account, profile]}
        )
        product = next(iter(found[self._table]), None)
        person = {item["sk"]: item for item in found[self._identity_table]}
        name = public_name(
            person.get(profile["sk"], {}).get("username"), person.get(account["sk"], {}).get("full_name")
        )
        return (None if product is None else _seller_of(product)), name

    def find(self, product_id: str, review_id: str) -> Review | None:
        item = self._tables.get(self._table, _review_key(product_id, review_id))
        return None if item is None else _to_review(item)

    def page(self, product_id: str, limit: int, after: str | None) -> tuple[tuple[Review, ...], str | None]:
        """At most `limit` reviews older than the one `after`, newest first, and after which the next page starts."""
        page = self._tables.query(
            self._table,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            {"pk": product_key(product_id)["pk"], "prefix": _PREFIX},
            newest_first=True,
            limit=limit,
            after=_review_key(product_id, after) if after else None,
        )
        following = page.next_key["sk"].removeprefix(_PREFIX) if page.next_key else None
        return tuple(_to_review(item) for item in page.items), following

    def add(self, review: Review, idempotency: IdempotencyKey | None) -> None:
        """Raises Conflict `not_purchased` and `already_reviewed`, and Replayed."""
        claim: tuple[Action, ...] = ()
        if idempotency is not None:
            claim = (keys.record(self._table, idempotency, review.id, review.created_at),)
        self._tables.commit(
            *claim,
            Check(
                self._orders_table,
                bought_key(review.reviewer_id, review.product_id),
                condition="attribute_exists(#pk)",
                otherwise=Conflict("Only who received this product can review it.", code="not_purchased"),
            ),
            Put(
                self._table,
                {**_reviewer_key(review), "review_id": review.id},
                condition="attribute_not_exists(#pk)",
                otherwise=Conflict("You have reviewed this product. Edit that review.", code="already_reviewed"),
            ),
            Put(self._table, _to_item(review)),
            *self._move_ratings(review, RatingChange.between(None, review)),
        )

    def save(self, before: Review, after: Review) -> None:
        """Raises StaleReview."""
        put = Put(
            self._table,
            _to_item(after),
            condition="#version = :expected",
            values={"expected": before.version},
            otherwise=StaleReview(),
        )
        change = RatingChange.between(before, after)
        if not change:
            self._tables.put(put)
            return
        self._tables.commit(put, *self._move_ratings(after, change))

    def remove(self, review: Review) -> None:
        """Raises StaleReview."""
        self._tables.commit(
            Delete(
                self._table,
                _review_key(review.product_id, review.id),
                condition="#version = :expected",
                values={"expected": review.version},
                otherwise=StaleReview(),
            ),
            Delete(self._table, _reviewer_key(review)),
            *self._move_ratings(review, RatingChange.between(review, None)),
        )

    def raise_if_recorded(self, idempotency: IdempotencyKey, now: datetime) -> None:
        """Raises Replayed when the call was made before."""
        keys.raise_if_recorded(self._tables, self._table, idempotency, now)

    def _move_ratings(self, review: Review, change: RatingChange) -> tuple[Update, ...]:
        return tuple(
            Update(
                self._table,
                key,
                "ADD #sum :stars, #count :reviews, #version :one",
                values={"stars": change.stars, "reviews": change.reviews, "one": 1},
            )
            for key in (rating_key(review.product_id), shop_rating_key(review.seller_id))
        )


def _seller_of(item: Item) -> str | None:
    product = to_product(item)
    return None if product.removed else product.seller_id


def _review_key(product_id: str, review_id: str) -> dict[str, str]:
    return {"pk": product_key(product_id)["pk"], "sk": f"{_PREFIX}{review_id}"}


def _reviewer_key(review: Review) -> dict[str, str]:
    return {"pk": product_key(review.product_id)["pk"], "sk": f"REVIEWER#{review.reviewer_id}"}


def _to_item(review: Review) -> Item:
    return {
        **_review_key(review.product_id, review.id),
        "id": review.id,
        "product_id": review.product_id,
        "seller_id": review.seller_id,
        "reviewer_id": review.reviewer_id,
        "reviewer_name": review.reviewer_name,
        "rating": review.rating,
        "comment": review.comment,
        "created_at": to_wire(review.created_at),
        "updated_at": to_wire(review.updated_at),
        "version": review.version,
    }


def _to_review(item: Item) -> Review:
    return Review(
        id=item["id"],
        product_id=item["product_id"],
        seller_id=item["seller_id"],
        reviewer_id=item["reviewer_id"],
        reviewer_name=item["reviewer_name"],
        rating=int(item["rating"]),
        comment=item["comment"],
        created_at=from_wire(item["created_at"]),
        updated_at=from_wire(item["updated_at"]),
        version=int(item["version"]),
    )
