"""The demo: from the photograph of a cup to listings on two marketplaces, an order, its shipment and a review."""

from __future__ import annotations

import html
import shutil
from pathlib import Path
from typing import Any

import httpx

from local.demo.buyer import Buyer
from local.demo.person import DemoFailed
from local.demo.seller import Seller
from local.problems import Unusable
from local.running import Places, running
from local.settings import Settings
from local.stack import Stack
from local.terminal import Step, Terminal

PHOTO = Path(__file__).parent / "photos" / "coffee.png"

LISTING = {
    "title": "Espresso Cup with Saucer and Spoon, Red and White Porcelain, Cafe Style",
    "description": (
        "A cafe espresso cup in thick porcelain, red outside and white inside, with its saucer and a steel spoon.\n\n"
        "Holds 3 oz (90 ml) and keeps a small coffee hot. Safe in the dishwasher. Packed well and sent within two "
        "working days."
    ),
    "category_id": "36026",
    "price": 18.50,
    "currency": "USD",
    "quantity": 3,
    "condition_id": 1000,
    "item_specifics": {
        "Brand": "Unbranded",
        "Type": "Espresso Cup & Saucer",
        "Material": "Porcelain",
        "Color": "Red",
        "Capacity": "3 oz",
    },
    "image_prompt": "espresso cup on a warm wooden cafe table, soft morning light",
    "video_prompt": "slow, calm move over the cup and its crema",
}

TRACKING = {
    "carrier": "USPS",
    "tracking_number": "9400111899223100000000",
    "location": "San Francisco, CA",
    "notes": "Handed over at the counter",
}

_KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"RIFF": "webp"}


def run_demo(settings: Settings, terminal: Terminal) -> int:
    """Run the demo on the running stack, or on a stack that is started for it. Raises Unusable when a step fails."""
    if places := running(settings.data):
        terminal.note(f"using the stack that runs at {places.api}")
        _play(places, settings, terminal)
        return 0
    stack = Stack(settings, terminal)
    try:
        stack.start()
        _play(stack.places, settings, terminal)
    finally:
        stack.stop()
    return 0


def _play(places: Places, settings: Settings, terminal: Terminal) -> None:
    with Seller(places.api) as seller, Buyer(places.api) as buyer:
        publications = _list(seller, settings, terminal)
        order = _sell(seller, buyer, publications["souk"]["external_id"], terminal)
    terminal.line()
    terminal.line(terminal.style("Listed, sold and delivered.", "bold", "green"))
    terminal.place("eBay listing", publications["ebay"]["url"])
    terminal.place("Product", str(httpx.URL(places.api).join(publications["souk"]["url"])))
    terminal.place("Order", f"{order['id']}, {order['currency']} {order['total']:.2f}")
    terminal.place("Media", str(settings.demo_output))


def _list(seller: Seller, settings: Settings, terminal: Terminal) -> dict[str, dict[str, Any]]:
    """From a photograph to live publications, by marketplace."""
    with terminal.step("Registering a seller") as step:
        step.update(seller.register())
    with terminal.step("Connecting the seller's eBay account"):
        seller.connect_ebay(settings.demo_token)
    with terminal.step("Creating the listing") as step:
        listing = seller.create_listing(LISTING)
        step.update(listing)
    with terminal.step("Uploading the photograph") as step:
        seller.upload_photo(listing, PHOTO, step.update)
        step.update(PHOTO.name)
    with terminal.step("Generating pictures and video") as step:
        made = seller.generate_media(listing, step.update)
        videos = 1 if made["media"]["video_url"] else 0
        step.update(f"{len(made['media']['image_urls'])} pictures, {videos} video")
    with terminal.step("Saving them") as step:
        _save(seller, made["media"], settings.demo_output, step)
    with terminal.step("Approving them"):
        seller.approve(listing, made["media"]["hash"])
    with terminal.step("Publishing on eBay and in the storefront") as step:
        publications = seller.publish(listing, step.update)
        step.update(f"eBay item {publications['ebay']['external_id']}")
    with terminal.step("Looking at the listing's page"):
        _check_page(seller.page(publications["ebay"]["url"]), publications["ebay"]["url"])
    return publications


def _sell(seller: Seller, buyer: Buyer, product: str, terminal: Terminal) -> dict[str, Any]:
    """From a search to a review. Returns the order."""
    with terminal.step("Registering a buyer") as step:
        step.update(buyer.register())
        address = buyer.add_address()
    with terminal.step("Finding the product") as step:
        found = buyer.find("espresso cup", product, step.update)
        step.update(f"{found['title'][:40]}, {found['price']:.2f}")
    with terminal.step("Placing an order") as step:
        placed = buyer.order(product, 1, address)
        step.update(f"total {placed['total']:.2f}")
    with terminal.step("Paying") as step:
        buyer.pay(placed["payment_url"])
        buyer.await_order(placed["order_id"], "confirmed", step.update)
        step.update("confirmed")
    with terminal.step("Shipping it"):
        seller.ship(placed["order_id"], TRACKING)
    with terminal.step("Receiving it") as step:
        order = buyer.await_order(placed["order_id"], "delivered", step.update)
        step.update("delivered")
    with terminal.step("Reviewing it") as step:
        buyer.review(product, 5, "A fine cup, and it came quickly.")
        _check_product(buyer.product(product), LISTING["quantity"])
        step.update("5 of 5")
    return order


def _check_product(product: dict[str, Any], listed: Any) -> None:
    """The product must show one unit less, and one review."""
    shown = (product["stock_quantity"], product["review_count"], product["rating"])
    if shown != (listed - 1, 1, 5):
        raise DemoFailed(f"The product shows {shown} as its stock, reviews and rating.")


def _save(seller: Seller, media: dict[str, Any], folder: Path, step: Step) -> None:
    if not media["image_urls"] or not media["video_url"]:
        raise DemoFailed(f"Expected pictures and a video, got {len(media['image_urls'])} and {media['video_url']}.")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written (DEMO_OUTPUT): {error.strerror}.") from error
    for number, url in enumerate(media["image_urls"], start=1):
        picture = folder / f"picture-{number}"
        seller.download(url, picture)
        picture.rename(picture.with_suffix(f".{_kind(picture)}"))
        step.update(f"{number} of {len(media['image_urls'])} pictures")
    video = folder / "video.mp4"
    size = seller.download(media["video_url"], video)
    if video.read_bytes()[4:8] != b"ftyp":
        raise DemoFailed("The video is not an MP4.")
    step.update(f"{len(media['image_urls'])} pictures, {size >> 10} KB of video, in {folder}")


def _kind(picture: Path) -> str:
    begin = picture.read_bytes()[:4]
    for magic, kind in _KINDS.items():
        if begin.startswith(magic):
            return kind
    raise DemoFailed(f"{picture.name} is not a picture.")


def _check_page(page: str, url: str) -> None:
    if html.escape(str(LISTING["title"])) not in page and str(LISTING["title"]) not in page:
        raise DemoFailed(f"{url} does not show the listing's title.")
