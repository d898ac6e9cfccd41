"""The keys of shops and follows in the catalogue table."""

from __future__ import annotations

from typing import Final

from souk.aws.items import Row

shop_key: Final = Row("SHOP#{}", "SHOP")
"""The shop; its id is its owner's account id."""
decision_key: Final = Row("SHOP#{}", "RULING#{}")
"""A decision of an operator about the shop's verification: who, when, why."""
shop_rating_key: Final = Row("SHOP#{}", "RATING")
"""Sum and count of the reviews of its products; absent when there are none."""
followers_key: Final = Row("SHOP#{}", "FOLLOWERS")
"""The number of followers: an item of its own, so that followers do not contend with orders."""
follow_key: Final = Row("USER#{}", "FOLLOW#{}")
"""Of a user, by UUIDv7: a shop that the user follows."""
following_key: Final = Row("USER#{}", "FOLLOWING#{}")
"""Of a user, by shop: makes a follow unique; has the id of its FOLLOW#."""
