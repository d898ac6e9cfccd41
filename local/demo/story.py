"""The demo's story: a cup of coffee is photographed, described, made presentable, approved and sold on eBay."""

from __future__ import annotations

import html
import shutil
from pathlib import Path
from typing import Any

from local.demo.seller import DemoFailed, Seller
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

_KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"RIFF": "webp"}


def run_demo(settings: Settings, terminal: Terminal) -> int:
    """Tell the story on the running stack, or on one of its own that ends with it. Raises Unusable when a step
    fails.
    """
    if places := running(settings.data):
        terminal.note(f"using the stack that runs at {places.api}")
        _tell(places, settings, terminal)
        return 0
    stack = Stack(settings, terminal)
    try:
        stack.start()
        _tell(stack.places, settings, terminal)
    finally:
        stack.stop()
    return 0


def _tell(places: Places, settings: Settings, terminal: Terminal) -> None:
    with Seller(places.api) as seller:
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
        with terminal.step("Publishing on eBay") as step:
            publication = seller.publish(listing, step.update)
            step.update(f"item {publication['external_id']}")
        with terminal.step("Looking at the listing's page"):
            _check_page(seller.page(publication["url"]), publication["url"])
    terminal.line()
    terminal.line(terminal.style("Listed.", "bold", "green"))
    terminal.place("eBay listing", publication["url"])
    terminal.place("Media", str(settings.demo_output))


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
