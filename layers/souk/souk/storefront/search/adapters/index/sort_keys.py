"""Sort keys of products: single integers, each different from every other, made of a value and a hash of the id.

The integer has 63 bits: six for the value's length in bits, then the value's bits without the leading one, then the
hash in the rest. So sort keys compare as their values do, and small values leave room for a long hash: a price of
99.99 leaves 41 bits.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Final

from souk.shared.money import Money
from souk.storefront.sellers.model import Rating

_BITS: Final = 57
"""63 bits without those of the length."""
_MOST_REVIEWS: Final = (1 << 16) - 1
_RATING_SCALE: Final = 1_000_000
_PRICE_SCALE: Final = 1000
_TIE_BREAKER: Final = 0.001


def price_value(amount: Decimal) -> int:
    """An amount in thousandths: no currency has more decimals."""
    return int(amount * _PRICE_SCALE)


def rating_value(rating: Rating) -> int:
    """The mean in millionths of a star, rounded down; 0 without reviews."""
    return rating.sum * _RATING_SCALE // rating.count if rating.count else 0


def least_rating(stars: Decimal) -> int:
    """The lowest `rating_value` of a mean of at least `stars`."""
    return -int(-stars * _RATING_SCALE // 1)


def by_price(price: Money, product_id: str) -> int:
    return _key(price_value(price.amount), product_id)


def by_rating(rating: Rating, product_id: str) -> int:
    """By the mean, then by the number of reviews."""
    return _key((rating_value(rating) << 16) + min(rating.count, _MOST_REVIEWS), product_id)


def by_time(moment: datetime, product_id: str) -> int:
    return _key(int(moment.timestamp() * 1000), product_id)


def distinction(product_id: str) -> float:
    """A tie-breaker from 0 to 0.001 for equally relevant products: the same in every segment."""
    return _TIE_BREAKER * _hash(product_id) / (1 << 64)


def _key(value: int, product_id: str) -> int:
    length = value.bit_length()
    tail = _BITS - max(length - 1, 0)
    without_leading = value ^ (1 << (length - 1)) if length else 0
    return length << _BITS | without_leading << tail | _hash(product_id) >> (64 - tail)


def _hash(product_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(product_id.encode(), digest_size=8).digest())
