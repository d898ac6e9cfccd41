"""Two eBays for one contract: the stand-in over loopback, and scripted replies in the formats that eBay was seen to
send. A world is put into a situation by name; how it gets there is its own business."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import httpx

from local.vendors.ebay.standin import EbayStandIn
from souk.selling.marketplaces.adapters.ebay.adapter import EbayMarketplace
from souk.selling.marketplaces.adapters.ebay.oauth import Credentials
from tests.unit.selling.marketplaces.ebay_builders import (
    KEY,
    LISTING_ID,
    PICTURE_TAKEN,
    TOKEN_ISSUED,
    ScriptedEbay,
    error_xml,
    fees_xml,
    item_xml,
    marketplace,
    reply_xml,
)


class World(Protocol):
    """`additions` counts the requests to list; `stored` are the credentials passed on to be stored."""

    stored: list[Credentials]

    def enter(self, situation: str) -> EbayMarketplace: ...

    def calls(self) -> list[str]: ...

    def close(self) -> None: ...


class StandInWorld:
    """The real server on a free port."""

    def __init__(self, folder: Path) -> None:
        self.stand_in = EbayStandIn(folder)
        self.stand_in.start()
        self.client = httpx.Client(verify=False)  # no TLS on loopback, and its context is slow to make
        self.stored: list[Credentials] = []

    def enter(self, situation: str) -> EbayMarketplace:
        tokens: dict[str, Any] = {}
        match situation:
            case "token expired":
                tokens = {"access_token": "dev-ebay-expired-ada"}
            case "consent taken back":
                tokens = {"access_token": "dev-ebay-expired-ada", "refresh_token": "dev-ebay-refresh-revoked-ada"}
            case "no consent to renew":
                tokens = {"access_token": "dev-ebay-expired-ada", "refresh_token": None}
            case "duplicate listing of another":
                self.control(duplicate_policy=True)
        if fault := _FAULTS.get(situation):
            self.control(faults=[fault])
        return marketplace(self.client, self.stand_in.url, on_refreshed=self.stored.append, **tokens)

    def control(self, **document: Any) -> None:
        self.client.post(self.stand_in.control_url, json=document).raise_for_status()

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.client.get(self.stand_in.control_url).json()
        return state

    def calls(self) -> list[str]:
        return [entry["call"] for entry in self.state()["requests"]]

    def close(self) -> None:
        self.client.close()
        self.stand_in.stop()


def _on_add(mode: str, **more: Any) -> dict[str, Any]:
    return {"call": "AddFixedPriceItem", "mode": mode, **more}


_FAULTS = {
    "answer lost": _on_add("lose_answer"),
    "answer garbled": _on_add("garbage"),
    "http 500 after it was done": _on_add("fail_after"),
    "http 500 before it was done": _on_add("fail"),
    "connection lost before it was done": _on_add("drop"),
    "http 429": _on_add("throttle"),
    "internal error": _on_add("refuse", code="10007"),
    "call limit": _on_add("refuse", code="518"),
    "account restricted": _on_add("refuse", code="240", reply_message="<p>Confirm your phone first.</p>"),
    "address unknown": {"call": "GetItem", "mode": "fail"},
}

_ITEM = "110556677001"
_ADD = "AddFixedPriceItem"
_LISTED = reply_xml(_ADD, "Success", body=f"<ItemID>{_ITEM}</ItemID>{fees_xml(BoldFee='0.0', ListingFee='0.35')}")
_SEEN = reply_xml("GetItem", "Success", body=item_xml(_ITEM))
_SAME_UUID = reply_xml(_ADD, "Failure", error_xml("488", parameters={"0": "1", "1": _ITEM}))
_SAME_SKU = reply_xml(_ADD, "Failure", error_xml("37", "This SKU is live already."))


def _refused(call: str, *codes: str, message: str | None = None) -> bytes:
    classified = {"10007": "SystemError"}
    errors = [error_xml(code, classification=classified.get(code, "RequestError")) for code in codes]
    return reply_xml(call, "Failure", *errors, message=message)


_EXPIRED = _refused(_ADD, "21917053")
_OTHERS_TWIN = reply_xml(_ADD, "Failure", error_xml("21919067", parameters={"0": "Cup", "1": "999"}))
_DENIED = httpx.Response(400, json={"error": "invalid_grant", "error_description": "refresh token is revoked"})

_SCRIPTS: dict[str, Callable[[], dict[str, Any]]] = {
    "answer lost": lambda: {_ADD: [httpx.RemoteProtocolError("disconnected"), _SAME_UUID]},
    "answer garbled": lambda: {_ADD: [b"<html><body>We will", _SAME_UUID]},
    "http 500 after it was done": lambda: {_ADD: [httpx.Response(500), _SAME_UUID]},
    "http 500 before it was done": lambda: {_ADD: [httpx.Response(500), _LISTED]},
    "connection lost before it was done": lambda: {_ADD: [httpx.ReadError("reset"), _LISTED]},
    "http 429": lambda: {_ADD: [httpx.Response(429, headers={"Retry-After": "2"}), _LISTED]},
    "internal error": lambda: {_ADD: [_refused(_ADD, "10007"), _LISTED]},
    "call limit": lambda: {_ADD: [_refused(_ADD, "518"), _LISTED]},
    "account restricted": lambda: {
        _ADD: _refused(_ADD, "240", message="<p>Confirm your phone first.</p>"),
        "GetItem": _refused("GetItem", "21916270"),
    },
    "address unknown": lambda: {"GetItem": httpx.Response(500)},
    "token expired": lambda: {"create_image_from_file": [httpx.Response(401), PICTURE_TAKEN]},
    "consent taken back": lambda: {"create_image_from_file": httpx.Response(401), "token": _DENIED},
    "no consent to renew": lambda: {"create_image_from_file": httpx.Response(401)},
    "everything wrong": lambda: {
        _ADD: _refused(_ADD, "70", "107"),
        "GetItem": _refused("GetItem", "21916270"),
    },
    "duplicate listing of another": lambda: {
        _ADD: [_LISTED, _OTHERS_TWIN],
        "GetItem": [_SEEN, reply_xml("GetItem", "Success", body=item_xml("999", "someone-elses")),
                    _refused("GetItem", "21916270")],
    },
    "published twice": lambda: {_ADD: [_LISTED, _SAME_UUID]},
    "published under another key": lambda: {_ADD: [_LISTED, _SAME_SKU]},
    "ended, then published with its old key": lambda: {
        _ADD: [_LISTED, _SAME_UUID],
        "GetItem": [_SEEN, reply_xml("GetItem", "Success", body=item_xml(_ITEM, status="Completed"))],
    },
    "ended, then revised": lambda: {"ReviseFixedPriceItem": _refused("ReviseFixedPriceItem", "21916750")},
    "ended, then looked for": lambda: {
        "GetItem": [_SEEN, reply_xml("GetItem", "Success", body=item_xml(_ITEM, status="Completed"))],
    },
    "nothing listed": lambda: {"GetItem": _refused("GetItem", "21916270")},
    "somebody else's": lambda: {"EndFixedPriceItem": _refused("EndFixedPriceItem", "17")},
}  # fmt: skip


class ScriptedWorld:
    """Scripted replies, without a network."""

    def __init__(self) -> None:
        self.stored: list[Credentials] = []

    def enter(self, situation: str) -> EbayMarketplace:
        usual: dict[str, Any] = {
            _ADD: _LISTED,
            "VerifyAddFixedPriceItem": reply_xml(
                "VerifyAddFixedPriceItem", "Success", body=f"<ItemID>0</ItemID>{fees_xml(ListingFee='0.35')}"
            ),
            "GetItem": _SEEN,
            "ReviseFixedPriceItem": reply_xml(
                "ReviseFixedPriceItem", "Success", body=f"<ItemID>{_ITEM}</ItemID>{fees_xml(ListingFee='0.0')}"
            ),
            "EndFixedPriceItem": [
                reply_xml("EndFixedPriceItem", "Success", body="<EndTime>2026-11-21T12:00:00.000Z</EndTime>"),
                _refused("EndFixedPriceItem", "1047"),
            ],
            "create_image_from_file": PICTURE_TAKEN,
            "token": TOKEN_ISSUED,
        }
        self._ebay = ScriptedEbay(**(usual | _SCRIPTS.get(situation, dict)()))
        refresh = None if situation == "no consent to renew" else "refresh"
        return marketplace(self._ebay.client, on_refreshed=self.stored.append, refresh_token=refresh)

    def calls(self) -> list[str]:
        return self._ebay.calls()

    def close(self) -> None:
        self._ebay.client.close()


__all__ = ["KEY", "LISTING_ID", "ScriptedWorld", "StandInWorld", "World"]
