"""eBay's Media API, for the pictures of a listing: the Trading API takes none any more."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import httpx

from souk.selling.marketplaces.adapters.ebay.exchange import Answer, Deadline, exchange
from souk.selling.marketplaces.adapters.ebay.oauth import SellerSession
from souk.selling.marketplaces.adapters.ebay.replies import VENDOR
from souk.selling.marketplaces.model import MarketplaceUnauthorized, Picture
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused
from souk.shared.vendor_responses import json_object

_UPLOAD_SECONDS = 20.0
# Far below eBay's limit of 50 uploads in 5 seconds, and enough for two dozen pictures within one publication's time.
_AT_ONCE = 4


class MediaApi:
    """Uploads on behalf of one seller."""

    def __init__(self, client: httpx.Client, base_url: str, session: SellerSession) -> None:
        self._client = client
        self._url = f"{base_url.rstrip('/')}/image/create_image_from_file"
        self._session = session

    def upload_all(self, pictures: Sequence[Picture], deadline: Deadline) -> tuple[str, ...]:
        """The pictures' URLs at eBay, in the same order. eBay deletes pictures that no listing uses.

        Raises VendorRefused, MarketplaceUnauthorized, VendorThrottled, VendorFailed.
        """
        if not pictures:
            return ()
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            return tuple(pool.map(lambda picture: self.upload(picture, deadline), pictures))

    def upload(self, picture: Picture, deadline: Deadline) -> str:
        """One picture's URL at eBay. Raises as `upload_all`."""
        content = picture.load()
        token = self._session.token(deadline)
        answer = self._send(picture, content, token, deadline)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            token = self._session.renew(token, _problems(answer), deadline)
            answer = self._send(picture, content, token, deadline)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise MarketplaceUnauthorized(VENDOR, _problems(answer))
        return _picture_url(answer)

    def _send(self, picture: Picture, content: bytes, token: str, deadline: Deadline) -> Answer:
        name = f"{picture.content_hash[:32]}.{picture.content_type.rpartition('/')[2]}"
        return exchange(
            self._client,
            deadline,
            "the upload of a picture",
            self._url,
            seconds=_UPLOAD_SECONDS,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            files={"image": (name, content, picture.content_type)},
        )


def _picture_url(answer: Answer) -> str:
    if answer.status >= 400:
        raise VendorRefused(VENDOR, _problems(answer))
    url = json_object(answer.body).get("imageUrl")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise VendorFailed(VENDOR, "eBay took a picture and did not say where it put it.")
    return url


def _problems(answer: Answer) -> tuple[VendorProblem, ...]:
    """Every entry of the REST error document, in eBay's words."""
    entries = json_object(answer.body).get("errors")
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    if not entries:
        status = str(answer.status)
        return (VendorProblem(status, f"eBay answered the upload of a picture with HTTP status {status}."),)
    return tuple(
        VendorProblem(
            str(entry.get("errorId", answer.status)),
            str(entry.get("longMessage") or entry.get("message") or f"eBay error {entry.get('errorId')}"),
        )
        for entry in entries
    )
