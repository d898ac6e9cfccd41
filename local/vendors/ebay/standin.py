"""The stand-in for eBay: its routes, faults and switches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from local.vendors.control import CONTROL_PATH, Recorder, control
from local.vendors.ebay import pages
from local.vendors.ebay.access import Access
from local.vendors.ebay.pictures import BASE_PATH, HOSTED_PATH, Pictures
from local.vendors.ebay.store import Store
from local.vendors.ebay.trading import Trading
from local.vendors.faults import Fault, FaultPlan, befall
from local.vendors.server import LoopbackServer, Request, Response, json_response

TRADING_PATH = "/ws/api.dll"
TOKEN_PATH = "/identity/v1/oauth2/token"


class EbayStandIn:
    """eBay on 127.0.0.1 at `port` (0: a free one), with its stored data in `folder`.

    Without `client_id` and `client_secret` it accepts any application. Raises OSError if the port is taken.
    """

    def __init__(
        self, folder: Path, port: int = 0, client_id: str | None = None, client_secret: str | None = None
    ) -> None:
        self._store = Store(folder)
        self._access = Access(self._store, client_id, client_secret)
        self._trading = Trading(self._store, self._access, lambda: self.url)
        self._pictures = Pictures(self._store, self._access, lambda: self.url)
        self._plan = FaultPlan()
        self._recorder = Recorder()
        self._stopping = threading.Event()
        try:
            self._server = LoopbackServer(self._answer, port)
        except OSError:
            self._store.close()
            raise

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._stopping.set()
        self._server.stop()
        self._store.close()

    @property
    def ended(self) -> threading.Event:
        """Set when it does not serve any more."""
        return self._server.ended

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def trading_url(self) -> str:
        return self.url + TRADING_PATH

    @property
    def media_url(self) -> str:
        return self.url + BASE_PATH

    @property
    def token_url(self) -> str:
        return self.url + TOKEN_PATH

    @property
    def control_url(self) -> str:
        return self.url + CONTROL_PATH

    def _answer(self, request: Request) -> Response | None:
        match request.method, request.path:
            case _, "/_control":
                return control(request, self._plan, self._recorder, self._describe, self._switch)
            case "POST", "/ws/api.dll":
                return self._trading_call(request)
            case "POST", "/identity/v1/oauth2/token":
                return self._other_call("token", lambda: self._access.grant(request))
            case "POST", path if path == f"{BASE_PATH}/image/create_image_from_file":
                return self._other_call("create_image_from_file", lambda: self._pictures.create_from_file(request))
            case "POST", path if path == f"{BASE_PATH}/image/create_image_from_url":
                return self._other_call("create_image_from_url", lambda: self._pictures.create_from_url(request))
            case "GET", path if path.startswith(f"{BASE_PATH}/image/"):
                return self._pictures.describe(request, path.removeprefix(f"{BASE_PATH}/image/"))
            case "GET" | "HEAD", path if path.startswith(HOSTED_PATH):
                return self._pictures.show(path.removeprefix(HOSTED_PATH))
            case "GET" | "HEAD", "/":
                return pages.index(self._store.listings(), self.url)
            case "GET" | "HEAD", path if path.startswith("/itm/"):
                return pages.listing(self._store.listing(path.removeprefix("/itm/")), self.url)
        return Response(404, b"not found")

    def _trading_call(self, request: Request) -> Response | None:
        name = request.headers.get("x-ebay-api-call-name", "")
        replies: list[Element] = []

        def do() -> Response:
            response, reply = self._trading.answer(request)
            replies.append(reply)
            return response

        fault = self._plan.take(name)
        if fault is None:
            response: Response | None = do()
        else:
            response = befall(fault, do, lambda _: self._trading_refusal(name, fault), self._stopping)
        reply = replies[0] if replies else None
        self._recorder.add(
            {
                "call": name,
                "body": request.body.decode("utf-8", "replace"),
                "site": request.headers.get("x-ebay-api-siteid"),
                "ack": reply.findtext("Ack") if reply is not None else None,
                "codes": [code.text for code in reply.findall("Errors/ErrorCode")] if reply is not None else [],
                "item_id": reply.findtext("ItemID") if reply is not None else None,
                "fault": fault.mode if fault else None,
                "status": response.status if response else None,
            }
        )
        return response

    def _trading_refusal(self, name: str, fault: Fault) -> Response:
        return self._trading.refuse(name, fault.code, fault.message, fault.reply_message)

    def _other_call(self, name: str, do: Callable[[], Response]) -> Response | None:
        fault = self._plan.take(name)
        response = befall(fault, do, _rest_refusal, self._stopping) if fault else do()
        status = response.status if response else None
        self._recorder.add({"call": name, "fault": fault.mode if fault else None, "status": status})
        return response

    def _describe(self) -> Mapping[str, Any]:
        listings = [
            {
                "item_id": listing.item_id,
                "seller": listing.seller,
                "sku": listing.sku,
                "uuid": listing.uuid,
                "title": listing.title,
                "price": listing.price,
                "quantity": listing.quantity,
                "live": listing.live,
                "pictures": len(listing.pictures),
                "url": f"{self.url}/itm/{listing.item_id}",
            }
            for listing in self._store.listings()
        ]
        return {
            "listings": listings,
            "token_lifetime": self._access.lifetime,
            "dev_tokens_ended": self._access.dev_tokens_ended,
            "duplicate_policy": self._trading.duplicate_policy,
        }

    def _switch(self, wanted: Mapping[str, Any]) -> None:
        unknown = set(wanted) - {"token_lifetime", "end_tokens", "dev_tokens_ended", "duplicate_policy"}
        if unknown:
            raise ValueError(f"unknown switches: {sorted(unknown)}")
        if "token_lifetime" in wanted:
            self._access.lifetime = float(wanted["token_lifetime"])
        if wanted.get("end_tokens"):
            self._access.end_all()
        if "dev_tokens_ended" in wanted:
            self._access.dev_tokens_ended = bool(wanted["dev_tokens_ended"])
        if "duplicate_policy" in wanted:
            self._trading.duplicate_policy = bool(wanted["duplicate_policy"])


def _rest_refusal(fault: Fault) -> Response:
    """A refusal by the Media API or by OAuth, in a form that clients of both can read."""
    message = fault.message or f"Refused with error {fault.code}."
    entry = {"errorId": fault.code, "category": "REQUEST", "message": message, "longMessage": message}
    return json_response(400, {"errors": [entry], "error": fault.code, "error_description": message})
