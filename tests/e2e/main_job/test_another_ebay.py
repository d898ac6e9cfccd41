"""Any server that speaks eBay's APIs can take the stand-in's place: three addresses in the environment, nothing else.

The server here is of a few lines, knows no rule of the stand-in's, and says what it wants.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local.testing import LocalStack
from tests.e2e.account import Heard
from tests.e2e.selling import Made, Seller, approved

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
WORDS = "Sorry, we don't list <cups> & saucers on Tuesdays — «essayez demain»."
PICTURE = "https://pictures.elsewhere.example/1.jpg"


class _Elsewhere(BaseHTTPRequestHandler):
    """Accepts every listing except those titled forbidden."""

    asked: list[str]
    titles: dict[str, str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/upload/image/create_image_from_file":
            self.asked.append("picture")
            self._answer(201, f'{{"imageUrl": "{PICTURE}"}}'.encode(), "application/json")
            return
        assert self.path == "/trade"
        call = self.headers["X-EBAY-API-CALL-NAME"]
        self.asked.append(call)
        self._answer(200, self._trade(call, ElementTree.fromstring(body)), "text/xml")

    def _trade(self, call: str, request: ElementTree.Element) -> bytes:
        reply = ElementTree.Element(f"{call}Response", xmlns=NAMESPACE)
        title = request.findtext(f".//{{{NAMESPACE}}}Title") or ""
        ElementTree.SubElement(reply, "Ack").text = (
            "Failure" if "forbidden" in title or call == "GetItem" else "Success"
        )
        if call == "GetItem":
            _error(reply, "17", "No such item here.")
        elif "forbidden" in title:
            _error(reply, "98765", WORDS)
        else:
            self.titles["4242"] = title
            ElementTree.SubElement(reply, "ItemID").text = "4242"
        return bytes(ElementTree.tostring(reply, encoding="utf-8", xml_declaration=True))

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _error(reply: ElementTree.Element, code: str, words: str) -> None:
    error = ElementTree.SubElement(reply, "Errors")
    for name, value in (("ShortMessage", "No."), ("LongMessage", words), ("ErrorCode", code)):
        ElementTree.SubElement(error, name).text = value
    ElementTree.SubElement(error, "SeverityCode").text = "Error"
    ElementTree.SubElement(error, "ErrorClassification").text = "RequestError"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[type[_Elsewhere]]:
    class Served(_Elsewhere):
        asked: list[str] = []  # noqa: RUF012 - one server, one list
        titles: dict[str, str] = {}  # noqa: RUF012
        port = 0

    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    Served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def seller(
    elsewhere: type[_Elsewhere], product_build: Path, heard: Heard, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seller]:
    base = f"http://127.0.0.1:{elsewhere.port}"  # type: ignore[attr-defined]
    settings = {"EBAY_API_URL": f"{base}/trade", "EBAY_MEDIA_URL": f"{base}/upload", "EBAY_TOKEN_URL": f"{base}/token"}
    stack = LocalStack(tmp_path_factory.mktemp("elsewhere"), product_build, settings)
    stack.start()
    yield Seller(stack, heard)
    stack.stop()


def test_a_listing_is_published_to_the_server_that_was_named(
    made: Made, seller: Seller, elsewhere: type[_Elsewhere]
) -> None:
    assert seller.stack.ebay_url == ""
    listing = approved(made, seller, title="A cup for elsewhere")
    answer = seller.publish(listing)
    assert (answer.status_code, answer.json()["ebay_item_id"]) == (200, "4242"), answer.text
    assert elsewhere.titles == {"4242": "A cup for elsewhere"}
    assert elsewhere.asked.count("picture") == len(made.answer["media"]["image_urls"])
    assert elsewhere.asked.count("AddFixedPriceItem") == 1


def test_the_servers_refusal_reaches_the_client_word_for_word(made: Made, seller: Seller) -> None:
    answer = seller.publish(approved(made, seller, title="A forbidden cup"))
    problem = answer.json()
    assert (answer.status_code, problem["detail"]) == (422, WORDS)
    assert problem["vendor_errors"] == [{"code": "98765", "message": WORDS}]
