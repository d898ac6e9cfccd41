"""Ratings and sellers' figures over HTTP: exact under concurrent calls, and equal to the sums of their sources."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from local.testing import LocalStack, wait_until
from tests.e2e.account import Account, Heard
from tests.e2e.selling import aws, resource
from tests.e2e.storefront.trading import Buyer, Shop

REVIEWERS, ROUNDS, IN_FLIGHT = 6, 6, 12


def received(stack: LocalStack, buyer: Account, product: str) -> None:
    """The item that the delivery of a line writes, without placing and delivering an order."""
    item = {"pk": {"S": f"USER#{buyer.id}"}, "sk": {"S": f"BOUGHT#{product}"}}
    aws(stack.places.endpoint, "dynamodb").put_item(TableName=resource(stack, "OrdersTable"), Item=item)


def test_ratings_are_the_sums_of_the_reviews_under_concurrent_calls(souk: LocalStack, heard: Heard) -> None:
    shop = Shop(souk, heard)
    product = shop.product()
    people = [Account(souk, heard, role="buyer") for _ in range(REVIEWERS)]
    for one in people:
        received(souk, one, product)

    def act(person: Account) -> None:
        """Review, edit, delete; in the last round the review stays."""
        for number in range(ROUNDS):
            body = {"rating": number % 5 + 1, "comment": f"Round {number}."}
            made = person.expect(201, "POST", f"/products/{product}/reviews", body)
            path = f"/products/{product}/reviews/{made['id']}"
            person.expect(200, "PATCH", path, {"rating": 5 - number % 5})
            if number < ROUNDS - 1:
                person.expect(204, "DELETE", path)

    with ThreadPoolExecutor(REVIEWERS) as pool:
        list(pool.map(act, people))
    found = shop.expect(200, "GET", f"/products/{product}/reviews")["data"]
    stars = [review["rating"] for review in found]
    assert stars == [5 - (ROUNDS - 1) % 5] * REVIEWERS
    for shown in (shop.expect(200, "GET", f"/products/{product}"), shop.expect(200, "GET", f"/sellers/{shop.id}")):
        assert (shown["rating"], shown["review_count"]) == (sum(stars) / len(stars), len(stars))


def test_one_buyer_sending_a_review_many_times_reviews_once(souk: LocalStack, heard: Heard) -> None:
    shop, person = Shop(souk, heard), Account(souk, heard, role="buyer")
    product = shop.product()
    received(souk, person, product)

    def press(number: int) -> httpx.Response:
        return person.ask("POST", f"/products/{product}/reviews", {"rating": number % 5 + 1})

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        answers = list(pool.map(press, range(IN_FLIGHT)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: IN_FLIGHT - 1}
    assert {answer.json()["error"] for answer in answers if answer.is_error} == {"already_reviewed"}
    [made] = [answer.json() for answer in answers if answer.is_success]
    shown = shop.expect(200, "GET", f"/products/{product}")
    assert (shown["rating"], shown["review_count"]) == (made["rating"], 1)


def test_a_sellers_figures_equal_the_orders_and_a_recount_finds_nothing_missing(
    souk: LocalStack, heard: Heard, buyer: Buyer
) -> None:
    shop = Shop(souk, heard)
    products = [shop.product(price=12.34, stock_quantity=20), shop.product(price=0.99, stock_quantity=20)]
    with ThreadPoolExecutor(4) as pool:
        orders = list(pool.map(lambda number: buyer.buy(products[number % 2], number + 1), range(6)))
    paid = [buyer.order(order) for order in orders]
    revenue = round(sum(order["total"] - order["tax"] for order in paid), 2)

    def counted() -> dict[str, object] | None:
        figures = shop.expect(200, "GET", f"/sellers/{shop.id}/analytics")
        left = {"products": 2, "units": 40 - 21, "out_of_stock": 0}
        return figures if figures["orders"] == len(orders) and figures["inventory"] == left else None

    figures = wait_until(counted) or {}
    assert (figures["revenue"], figures["net"], figures["units"]) == (revenue, revenue, 1 + 2 + 3 + 4 + 5 + 6)

    for function, read, least in (("RebuildAnalytics", "orders", len(orders)), ("RebuildInventory", "products", 2)):
        name = resource(souk, f"{function}Function")
        answer = aws(souk.places.endpoint, "lambda").invoke(FunctionName=name, Payload=json.dumps({"after": None}))
        said = json.loads(answer["Payload"].read())
        assert said[read] >= least
    again = shop.expect(200, "GET", f"/sellers/{shop.id}/analytics")
    assert again == figures


def test_products_that_are_created_sold_out_and_removed_change_a_sellers_figures(
    souk: LocalStack, heard: Heard
) -> None:
    shop = Shop(souk, heard)
    made = [shop.product(stock_quantity=number) for number in (0, 4, 5)]
    shop.expect(200, "POST", f"/products/{made[1]}/stock", {"delta": -4, "reason": "Broken."})
    shop.expect(204, "DELETE", f"/products/{made[2]}")

    def counted() -> bool:
        figures = shop.expect(200, "GET", f"/sellers/{shop.id}/analytics")
        return bool(figures["inventory"] == {"products": 2, "units": 0, "out_of_stock": 2})

    assert wait_until(counted)
