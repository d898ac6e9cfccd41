"""What sample events refer to: made through the running API when an event needs it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import httpx

from local.containers.accounts import Account, Accounts
from local.demo.buyer import Buyer
from local.demo.person import DemoFailed
from local.demo.seller import Seller
from local.demo.story import LISTING, PHOTO
from local.running import Places

_PATIENCE: Final = 60.0
"""Seconds that the local cloud may take for what follows a request by itself."""
PRODUCT: Final[Mapping[str, Any]] = {
    "title": "Walnut Chopping Board",
    "description": "Solid walnut, oiled.",
    "price": 40.0,
    "stock_quantity": 5,
    "category_id": "home",
}
PROFILE: Final[Mapping[str, Any]] = {
    "name": "Parcel",
    "country": "US",
    "domestic": {"first": 5, "additional": 1},
    "international": {"first": 20, "additional": 5},
}


class World:
    """Makes things for one account each of `accounts`. `client`: boto3 clients of the local account's root user.
    `variables`: physical names, by the variable in which functions find them.
    """

    def __init__(
        self, places: Places, accounts: Accounts, client: Callable[[str], Any], variables: Mapping[str, str]
    ) -> None:
        self.places = places
        self.accounts = accounts
        self.variables = variables
        self._client = client

    @property
    def seller(self) -> Account:
        return self.accounts.account("seller")

    @property
    def buyer(self) -> Account:
        return self.accounts.account("buyer")

    @property
    def shop(self) -> Account:
        """A seller that none of the others is."""
        return self.accounts.account("shop")

    @property
    def operator(self) -> Account:
        return self.accounts.account("operator")

    @property
    def visitor(self) -> Account:
        """A new account each time: what it sends ends its session, or can be sent only once."""
        return self.accounts.new()

    def address(self) -> str:
        return cast(Buyer, self.buyer.person).add_address()

    def connect_ebay(self) -> str:
        """An access token for the stand-in, with which the seller is connected."""
        token = f"dev-ebay-{uuid.uuid4().hex[:12]}"
        cast(Seller, self.seller.person).connect_ebay(token)
        return token

    # Listings --------------------------------------------------------------------------------------------------------

    def listing(self) -> str:
        """A draft with a photo."""
        seller = cast(Seller, self.seller.person)
        self.connect_ebay()
        listing = seller.create_listing(dict(LISTING))
        seller.upload_photo(listing, PHOTO, _quietly)
        return listing

    def version(self, listing: str) -> int:
        return int(self.seller.ask("GET", f"/listings/{listing}")["version"])

    def announced_photo(self) -> tuple[str, str]:
        """(listing, photo) of a photo that was uploaded."""
        listing = self.listing()
        return listing, str(self.seller.ask("GET", f"/listings/{listing}")["photos"][0]["id"])

    def generating(self) -> tuple[str, int]:
        """(listing, run) of a listing whose media nobody generates: its workflow is stopped."""
        listing = self.listing()
        self.seller.ask("POST", f"/listings/{listing}/generate-media")
        self._stop_workflow(listing)
        return listing, int(self._item(listing)["run"]["N"])

    def with_media(self) -> str:
        """A listing whose media wait for the approval. Generating them takes seconds."""
        listing = self.listing()
        cast(Seller, self.seller.person).generate_media(listing, _quietly)
        return listing

    def approved(self) -> str:
        listing = self.with_media()
        media = self.seller.ask("GET", f"/listings/{listing}")["media"]
        cast(Seller, self.seller.person).approve(listing, media["hash"])
        return listing

    def being_revised(self) -> tuple[str, int]:
        """(listing, run) of a listing that is live at eBay, and has a revision to bring there."""
        listing = self.approved()
        cast(Seller, self.seller.person).publish(listing, _quietly)
        item = self._item(listing)
        self._client("dynamodb").update_item(
            TableName=self.variables["SOUK_LISTINGS_TABLE"],
            Key=self._key(listing),
            UpdateExpression="SET publications.ebay.#status = :revising",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":revising": {"S": "revising"}},
        )
        return listing, int(item["run"]["N"])

    def _stop_workflow(self, listing: str) -> None:
        workflows = self._client("stepfunctions")
        machine = self.variables["SOUK_LISTING_WORKFLOW"]

        def running() -> dict[str, Any]:
            found = workflows.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
            return {"arns": [one["executionArn"] for one in found if one["name"].startswith(listing)]}

        for execution in self._wait(running, "arns", f"without a workflow of the listing {listing}"):
            workflows.stop_execution(executionArn=execution)

    def _wait(self, look: Callable[[], dict[str, Any]], field: str, state: str) -> list[Any]:
        """The field's content, once it has one."""
        person = self.seller.person
        found = person.wait(look, lambda now: bool(now[field]), lambda _: state, _quietly, limit=_PATIENCE)
        return list(found[field])

    def _item(self, listing: str) -> dict[str, Any]:
        table = self.variables["SOUK_LISTINGS_TABLE"]
        found = self._client("dynamodb").get_item(TableName=table, Key=self._key(listing), ConsistentRead=True)
        return dict(found["Item"])

    def _key(self, listing: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"USER#{self.seller.id}"}, "sk": {"S": f"LISTING#{listing}"}}

    # Products and orders ---------------------------------------------------------------------------------------------

    def product(self) -> str:
        return str(self.seller.ask("POST", "/products", dict(PRODUCT))["id"])

    def product_photo(self) -> tuple[str, str, str]:
        """(product, photo, hash of the public picture) of a photo that was uploaded to a product."""
        product = self.product()
        content = PHOTO.read_bytes()
        files = {"files": [{"content_type": "image/png", "size": len(content)}]}
        [upload] = self.seller.ask("POST", f"/products/{product}/images", files)["uploads"]
        sent = httpx.post(
            upload["url"],
            data=upload["fields"],
            files={"file": (PHOTO.name, content, "image/png")},
            timeout=_PATIENCE,
            trust_env=False,
        )
        if not sent.is_success:
            raise DemoFailed(f"The bucket refused the photo: {sent.status_code} {sent.text[:300]}")

        def look() -> dict[str, Any]:
            return self.seller.ask("GET", f"/products/{product}")

        picture = str(self._wait(look, "images", "without a picture")[0]).split("/media/")[-1].split("?")[0]
        return product, str(upload["fields"]["key"]).rsplit("/", 1)[-1], picture

    def shipping_profile(self) -> str:
        return str(self.seller.ask("POST", "/shipping-profiles", dict(PROFILE))["id"])

    def placed(self, product: str = "") -> dict[str, Any]:
        """The answer to an order, not paid yet, of a new product or the given one."""
        buyer = cast(Buyer, self.buyer.person)
        return buyer.order(product or self.product(), 1, buyer.add_address())

    def paid(self, product: str = "") -> str:
        placed, buyer = self.placed(product), cast(Buyer, self.buyer.person)
        buyer.pay(placed["payment_url"])
        buyer.await_order(placed["order_id"], "confirmed", _quietly)
        return str(placed["order_id"])

    def processing(self, product: str = "") -> str:
        order = self.paid(product)
        self.seller.ask("PUT", f"/sellers/orders/{order}/status", {"status": "processing"})
        return order

    def delivered_product(self) -> str:
        """A product that the buyer has bought and received."""
        product = self.product()
        order = self.processing(product)
        for status in ("shipped", "delivered"):
            self.seller.ask("PUT", f"/sellers/orders/{order}/status", {"status": status})
        return product

    def reviewed(self) -> tuple[str, str]:
        """(product, review)"""
        product = self.delivered_product()
        review = self.buyer.ask("POST", f"/products/{product}/reviews", {"rating": 5, "comment": "A fine board."})
        return product, str(review["id"])

    def payment_session(self, order: str) -> dict[str, Any]:
        """The payment page of an order, as the stand-in of Stripe has it."""
        state = httpx.get(f"{self.places.stripe}_control", timeout=_PATIENCE, trust_env=False).json()
        return next(dict(one) for one in state["sessions"] if one["client_reference_id"] == order)

    def webhook_secret(self) -> str:
        """With which the payment service's events are signed."""
        secret = self._client("secretsmanager").get_secret_value(SecretId=self.variables["SOUK_VENDOR_SECRET"])
        return str(json.loads(secret["SecretString"])["stripe_webhook_secret"])


def _quietly(_state: str) -> None:
    """Progress is not shown."""
