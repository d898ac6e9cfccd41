"""What a checkout session is opened with."""

from __future__ import annotations

from souk.storefront.orders.service.checkout import ReturnPages


def test_return_pages_have_the_order_id_and_leave_the_session_id_to_the_vendor() -> None:
    pages = ReturnPages("https://shop.example/{ORDER_ID}?s={CHECKOUT_SESSION_ID}", "https://shop.example/{ORDER_ID}")
    assert pages.for_order("7") == ("https://shop.example/7?s={CHECKOUT_SESSION_ID}", "https://shop.example/7")
