"""What one call of each function of the main job and of an order's life uses, measured: benchmarks/receipts.json.

    python -m benchmarks.receipts       measures again, on this machine

The functions run over moto and the eBay stand-in, with the real studio and the demo's photograph. Each is called once
for what it asks of AWS, and three times more, warm, for the shortest of its times: these hold what moto takes, so those
of short functions are too long. Counts come out the same on every machine, milliseconds do not.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from benchmarks.trade import Trade
from local.vendors.ebay.pictures import BASE_PATH
from local.vendors.ebay.standin import TOKEN_PATH, EbayStandIn
from souk.aws import clients
from souk.selling.listings.model import Listing, Media, MediaObject, Publication, PublicationStatus, Status
from souk.selling.photos.model import Photo, PhotoStatus
from souk.shared.clock import new_id, utc_now
from tests.functions.capacity import billed
from tests.functions.cloud import Call, Cloud, create_keys, sample
from tests.functions.selling.listings.sellers import Seller, ready_photo, task_of
from tests.functions.storefront.orders.market import stripe_for
from tests.functions.template import REGION, ROOT, logical_id

RECEIPTS = Path(__file__).with_name("receipts.json")
_PHOTO = (ROOT / "local/demo/photos/coffee.png").read_bytes()
_TIMES = 3
_EBAY_TOKEN = "dev-ebay-receipts"
_WRITES = frozenset({"PutObject", "CopyObject", "ListObjectsV2"})
_BRIEF: dict[str, Any] = {
    "title": "Espresso Cup with Saucer and Spoon, Red and White Porcelain, Cafe Style",
    "description": "A cafe espresso cup in thick porcelain, red outside and white inside, with its saucer and a spoon.",
    "category_id": "36026",
    "condition_id": 1000,
    "item_specifics": {"Brand": "Unbranded", "Material": "Porcelain"},
    "image_prompt": "espresso cup on a warm wooden cafe table, soft morning light",
    "video_prompt": "slow, calm move over the cup and its crema",
}


class Shop:
    """Everything one call needs: storage, a connected seller, eBay, and the bytes of the media."""

    def __init__(self, cloud: Cloud, environment: pytest.MonkeyPatch, ebay: EbayStandIn) -> None:
        self._cloud, self._environment, self._ebay = cloud, environment, ebay
        self.seller = Seller(cloud)
        self.seller.connect(access_token=_EBAY_TOKEN)
        self.photo = self._take_photo()
        images, film = self._task("generate_images")()["images"], self._task("start_video")()["video"]
        self.media = Media(tuple(MediaObject(**one) for one in images), MediaObject(**film))

    def scenarios(self) -> dict[str, Callable[[], Callable[[], Any]]]:
        """By function path: what brings about all that is needed before, and answers the call to measure."""
        made = {"media": self.media, "enriched_description": "A cup."}
        return {
            "authorize": self._token,
            "create_listing": lambda: self._request("create_listing"),
            "add_photos": lambda: self._request("add_photos", self._listing(Status.DRAFT)),
            "get_listing": lambda: self._request("get_listing", self._listing(Status.MEDIA_READY, **made)),
            "generate_media": lambda: self._request(
                "generate_media", self._listing(Status.DRAFT, photos=(ready_photo(self.photo),))
            ),
            "approve_media": lambda: self._request("approve_media", self._listing(Status.MEDIA_READY, **made), json={}),
            "publish_listing": self._publish,
            "dispatch_listings": self._dispatch,
            "process_upload": self._upload,
            "generate_images": lambda: self._task("generate_images"),
            "start_video": lambda: self._task("start_video"),
            "enrich_description": lambda: self._task("enrich_description"),
            "publish_to_marketplace": lambda: self._task(
                "publish_to_marketplace", Status.PUBLISHING, marketplace="ebay"
            ),
            "sweep_overdue": lambda: lambda: self._invoke("sweep_overdue", {}),
        }

    def sizes(self) -> dict[str, int]:
        pictures = [self._size(one.content_hash) for one in self.media.images]
        film = self.media.video.content_hash if self.media.video else ""
        return {"photo": self._size(self.photo), "pictures": sum(pictures), "film": self._size(film)}

    def _size(self, content_hash: str) -> int:
        key = f"media/{content_hash}"
        found = self._cloud.client("s3").head_object(Bucket=self._cloud.physical["MediaBucket"], Key=key)
        return int(found["ContentLength"])

    def _listing(self, status: Status, **fields: Any) -> Listing:
        return self.seller.has(status, **{**_BRIEF, **fields})

    def _request(self, function: str, listing: Listing | None = None, **request: Any) -> Callable[[], Any]:
        def act() -> None:
            answer = self.seller.call(function, listing.id if listing else None, **request)
            if answer.status >= 300:
                raise RuntimeError(f"{function} answered {answer.status}: {answer.body}")

        return act

    def _invoke(self, path: str, event: Any) -> Any:
        handler = self._cloud.handler(path)
        addresses = {
            "EBAY_API_URL": self._ebay.trading_url,
            "EBAY_MEDIA_URL": self._ebay.url + BASE_PATH,
            "EBAY_TOKEN_URL": self._ebay.url + TOKEN_PATH,
        }
        for name, address in addresses.items():
            self._environment.setenv(name, address)
        return handler(event, _Context(logical_id(path)))

    def _task(self, function: str, status: Status = Status.GENERATING, **more: Any) -> Callable[[], Any]:
        fields: dict[str, Any] = {"photos": (ready_photo(self.photo),)}
        if status is Status.PUBLISHING:
            waiting = Publication("ebay", PublicationStatus.PUBLISHING)
            fields = {"media": self.media, "approved_hash": self.media.hash, "publications": {"ebay": waiting}}
        task = task_of(self._listing(status, **fields), **more)
        return lambda: self._invoke(function, task)

    def _take_photo(self) -> str:
        """Through the function that judges uploads; the hash of what it stored."""
        judge, listing_id = self._uploaded()
        judge()
        [photo] = self.seller.listing(listing_id).photos
        if photo.content_hash is None:
            raise RuntimeError(f"the photograph was refused: {photo}")
        return photo.content_hash

    def _upload(self) -> Callable[[], Any]:
        return self._uploaded()[0]

    def _uploaded(self) -> tuple[Callable[[], Any], str]:
        photo = Photo(new_id(), PhotoStatus.PENDING, "image/png", utc_now())
        listing = self._listing(Status.DRAFT, photos=(photo,))
        key = f"incoming/listings/{self.seller.id}/{listing.id}/{photo.id}"
        bucket = self._cloud.physical["MediaBucket"]
        self._cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=_PHOTO, ContentType="image/png")
        event = {"detail": {"object": {"key": key}}}
        return lambda: self._invoke("process_upload", event), listing.id

    def _publish(self) -> Callable[[], Any]:
        listing = self._listing(Status.MEDIA_READY, media=self.media)
        self._request("approve_media", listing, json={})()
        return self._request("publish_listing", listing, json={"marketplaces": ["ebay"]})

    def _token(self) -> Callable[[], Any]:
        event = sample("authorize")
        token = self._cloud.call("register_account", json={"email": f"{new_id()}@example.com", "password": new_id()})
        event["headers"]["authorization"] = f"Bearer {token.json['token']}"
        return lambda: self._invoke("authorize", event)

    def _dispatch(self) -> Callable[[], Any]:
        event = sample("dispatch_listings")
        return lambda: self._invoke("dispatch_listings", event)


class _Context:
    def __init__(self, function_name: str) -> None:
        self.function_name = function_name

    def get_remaining_time_in_millis(self) -> int:
        return 55_000


def measure() -> dict[str, Any]:
    """`functions` by path: milliseconds, processor milliseconds (of the programs that it starts too), units, requests.
    `bytes`: of the photograph as it is kept, the pictures, the film.
    """
    said = io.StringIO()
    with (
        contextlib.redirect_stdout(said),
        pytest.MonkeyPatch.context() as environment,
        mock_aws(),
        tempfile.TemporaryDirectory() as folder,
        _ebay(Path(folder)) as ebay,
    ):
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        cloud = Cloud(environment, "-receipts")
        cloud.create(create_keys())
        with _noting(cloud):
            shop = Shop(cloud, environment, ebay)
            functions = {path: _receipt(cloud, prepare, said) for path, prepare in shop.scenarios().items()}
            with stripe_for(cloud, environment) as stripe:
                trade = Trade(cloud, stripe).scenarios()
                functions |= {path: _receipt(cloud, prepare, said) for path, prepare in trade.items()}
            return {"functions": functions, "bytes": shop.sizes()}


def _receipt(cloud: Cloud, prepare: Callable[[], Callable[[], Any]], said: io.StringIO) -> dict[str, float]:
    prepare()()  # what is kept for the life of an execution environment is no part of a call
    act = prepare()
    cloud.calls.clear()
    with billed(cloud) as bill:
        act()
    calls = Counter(call.service if call.service != "s3" else f"s3:{call.operation}" for call in cloud.calls)
    written = len(said.getvalue())
    times = [_timed(prepare()) for _ in range(_TIMES)]
    return {
        "milliseconds": min(wall for wall, _ in times),
        "processor_milliseconds": min(processor for _, processor in times),
        "log_bytes": (len(said.getvalue()) - written) // _TIMES,
        "read_units": bill.read_units,
        "write_units": bill.write_units,
        "kms_requests": calls["kms"],
        "s3_writes": sum(count for name, count in calls.items() if name.removeprefix("s3:") in _WRITES),
        "s3_reads": calls["s3:GetObject"] + calls["s3:HeadObject"],
        "s3_deletions": calls["s3:DeleteObject"],
    }


def _timed(act: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds by the clock and of processors."""
    began, processor = time.perf_counter(), _processor_seconds()
    act()
    return (
        round((time.perf_counter() - began) * 1000, 1),
        round((_processor_seconds() - processor) * 1000, 1),
    )


def _processor_seconds() -> float:
    used = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextlib.contextmanager
def _ebay(folder: Path) -> Iterator[EbayStandIn]:
    stand_in = EbayStandIn(folder)
    stand_in.start()
    try:
        yield stand_in
    finally:
        stand_in.stop()


@contextlib.contextmanager
def _noting(cloud: Cloud) -> Iterator[None]:
    """What functions ask of AWS is in `cloud.calls`."""

    def note(model: Any, **_: Any) -> None:
        cloud.calls.append(Call(model.service_model.service_name, model.name, {}))

    heard = [clients.client(service).meta.events for service in ("dynamodb", "kms", "s3", "secretsmanager")]
    for events in heard:
        events.register("before-call", note)  # not for what is only signed
    try:
        yield
    finally:
        for events in heard:
            events.unregister("before-call", note)


def main() -> None:
    receipts = measure()
    RECEIPTS.write_text(json.dumps(receipts, indent=2) + "\n")
    print(f"{len(receipts['functions'])} functions measured", file=sys.stderr)


if __name__ == "__main__":
    main()
