"""Requests that no regular client would send, and the headers of every answer."""

from __future__ import annotations

import html
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from local.testing import PATIENCE, ROOT, LocalStack
from tests.e2e.selling import LISTING, Ebay, Seller

type Ready = Callable[..., str]
_ORIGIN = "http://localhost:5173"


@pytest.fixture
def anonymous(souk: LocalStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=souk.url.removesuffix("/api/v1"), timeout=PATIENCE, trust_env=False) as client:
        yield client


def is_problem(answer: httpx.Response, status: int) -> bool:
    """Check the shape that every error has, its status and its media type."""
    problem = answer.json()
    members = {"type", "title", "status", "detail", "error", "message", "request_id", "errors"}
    return (
        answer.status_code == problem["status"] == status
        and answer.headers["content-type"] == "application/problem+json"
        and members <= set(problem)
        and problem["message"] == problem["detail"]
    )


# Markup -----------------------------------------------------------------------------------------------------------

TITLE = """Cup < 3 oz & "saucer" ]]> &lt;b&gt; 'a'"""
DESCRIPTION = "<script>alert(1)</script>\n\n]]></Description><Price>0.01</Price>&lt;b&gt; &xxe; <img src=x onerror=a()>"


def test_markup_in_a_listing_is_text_on_ebays_page(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready(title=TITLE, description=DESCRIPTION)
    answer = seller.publish(listing)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["title"], answer.json()["description"]) == (TITLE, DESCRIPTION)
    [there] = ebay.listings(listing)
    assert (there["title"], there["price"]) == (TITLE, "18.50")
    page = ebay.page(there["item_id"])
    assert html.escape(TITLE) in page
    assert not any(tag in page for tag in ("<script>", "<img src=x", "<b>", "onerror=a()>"))
    # The description stands escaped in an attribute: unescaped once it is still text, not markup.
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html.unescape(page)


def test_a_title_of_markup_is_refused_by_ebay(seller: Seller, ready: Ready, ebay: Ebay) -> None:
    listing = ready(title="<b>Cup</b><script>alert(1)</script>")
    answer = seller.publish(listing)
    assert (answer.status_code, "Item.Title" in answer.json()["detail"]) == (422, True)
    assert ebay.listings(listing) == []


@pytest.mark.parametrize("field", ["title", "description", "image_prompt"])
@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\ufffe", "\ud800"], ids=lambda one: f"U+{ord(one):04X}")
def test_control_characters_and_surrogates_are_400(seller: Seller, field: str, character: str) -> None:
    body = json.dumps({**LISTING, field: f"A cup{character}"})
    answer = seller.http.post("listings", content=body, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 400)


BAD_BODIES: dict[str, str | bytes] = {
    "not JSON": b"{",
    "not an object": b"[]",
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "deeply nested": b"[" * 50_000 + b"]" * 50_000,
    "NaN as price": json.dumps({**LISTING, "price": float("nan")}),
    "an endless number": json.dumps(dict(LISTING)).replace("18.5", "9" * 5000),
    "a price below a cent": json.dumps({**LISTING, "price": 1.005}),
    "a negative price": json.dumps({**LISTING, "price": -1}),
    "a boolean as quantity": json.dumps({**LISTING, "quantity": True}),
    "an object as title": json.dumps({**LISTING, "title": {"S": "x"}}),
    "a long title": json.dumps({**LISTING, "title": "x" * 81}),
    "a long description": json.dumps({**LISTING, "description": "x" * 3_000_000}),
    "no currency": json.dumps({**LISTING, "currency": "usd"}),
    "a thousand specifics": json.dumps({**LISTING, "item_specifics": {str(n): "x" for n in range(1000)}}),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_400_and_nothing_is_stored(seller: Seller, name: str) -> None:
    before = seller.expect(200, "GET", "/listings?limit=1")["data"][0]["id"]
    answer = seller.http.post("listings", content=BAD_BODIES[name], headers={"Content-Type": "application/json"})
    assert is_problem(answer, 400), answer.text
    assert seller.expect(200, "GET", "/listings?limit=1")["data"][0]["id"] == before


def test_texts_are_no_numbers_in_bodies_and_queries(seller: Seller) -> None:
    for spelled in ("1e1", "\u0665", "18.5"):
        answer = seller.ask("POST", "/listings", {**LISTING, "price": spelled})
        assert is_problem(answer, 400)
        assert [one["field"] for one in answer.json()["errors"]] == ["price"]
    for query in ("limit=\u0665", "limit=1_0", "page=%205", "min_price=1e1", "max_price=\u0665", "min_rating=1_0"):
        assert is_problem(seller.ask("GET", f"/products?{query}"), 400), query


def test_json_with_a_byte_order_mark_is_read(seller: Seller) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(dict(LISTING)).encode()
    answer = seller.http.post("listings", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd"])
def test_a_compressed_body_is_415_and_says_so(seller: Seller, coding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    answer = seller.http.post("listings", content=json.dumps(dict(LISTING)).encode(), headers=headers)
    assert is_problem(answer, 415), answer.text
    assert (answer.json()["error"], "Content-Encoding" in answer.json()["detail"]) == ("body_compressed", True)


# Size and form ----------------------------------------------------------------------------------------------------


def test_bodies_that_are_too_large_are_413(seller: Seller, souk: LocalStack) -> None:
    huge = seller.http.post("listings", content=b" " * (10 * 1024 * 1024 + 1))
    assert huge.status_code == 413
    too_large = seller.send_photo(seller.create(), b"\x89PNG\r\n\x1a\n" + bytes(4 * 1024 * 1024))
    assert is_problem(too_large, 413), too_large.text


def test_an_announced_photo_that_is_too_large_is_400(seller: Seller) -> None:
    files = {"files": [{"content_type": "image/png", "size": 40 * 1024 * 1024 + 1}]}
    assert is_problem(seller.ask("POST", f"/listings/{seller.create()}/photos", files), 400)


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", b"--x\r\n", 400),
        ("multipart/form-data; boundary=x", b"no boundary here", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nabc", 400),
        ("multipart/form-data; boundary=" + "x" * 500, b"--x\r\n", 400),
        ("application/xml", b"<files/>", 415),
        ("text/plain", b"{}", 415),
    ],
)
def test_a_malformed_upload_is_refused(seller: Seller, content_type: str, body: bytes, status: int) -> None:
    path = f"listings/{seller.create()}/photos"
    answer = seller.http.post(path, content=body, headers={"Content-Type": content_type})
    assert is_problem(answer, status), answer.text


def test_a_file_name_is_never_used(seller: Seller) -> None:
    listing = seller.create()
    files = {"file": ("../../../etc/passwd\r\nX-Evil: 1", b"\x89PNG\r\n\x1a\nx", "image/png")}
    answer = seller.http.post(f"listings/{listing}/photos", files=files)
    assert answer.status_code in {201, 400}
    assert "passwd" not in answer.text
    assert "x-evil" not in answer.headers


# Paths and headers ------------------------------------------------------------------------------------------------

PATHS = [
    "/api/v1/listings/..%2f..%2fhealthz",
    "/api/v1/listings/%2e%2e",
    "/api/v1/listings/%00",
    "/api/v1/listings/a%0d%0aX-Evil:%201",
    "/api/v1/listings/%ff%fe",
    "/api/v1/listings/LISTING%23x",
    "/api/v1/listings/" + "x" * 3000,
    "/api/v1/listings/'%20OR%201=1",
    "/api/v1/platforms/ebay%2f..%2fx/settings",
    "/api/v1/platforms/ebay%00/settings",
    "/docs/..%2f..%2fsouk%2ferrors.py",
    "/docs/%2e%2e%2fpage.css",
    "/api/v1/docs/..%5c..%5cpasswd",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:50])
def test_a_path_leads_to_no_other_route(seller: Seller, souk: LocalStack, path: str) -> None:
    """Sent unchanged: clients normalise paths."""
    host, port = "127.0.0.1", souk.port
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {seller.token}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((host, port), timeout=PATIENCE) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] in {b"404", b"400"}, head
    assert b"x-evil" not in head.lower()
    assert b"Traceback" not in body


@pytest.mark.parametrize("value", ["x" * 256, "", "a\tb", "ключ"], ids=["long", "empty", "tab", "not ASCII"])
def test_an_invalid_idempotency_key_is_400(seller: Seller, value: str) -> None:
    headers = {"Idempotency-Key": value.encode()}
    answer = seller.http.post("listings", json=dict(LISTING), headers=headers)  # type: ignore[arg-type]
    assert is_problem(answer, 400), answer.text


@pytest.mark.parametrize(
    "value", ["wait=-1", "wait=1e9", "wait=" + "9" * 400, "wait", "wait=\u0663", ";;,,=", "respond-async"]
)
def test_an_unknown_preference_is_ignored(seller: Seller, planted: Ready, value: str) -> None:
    headers = {"Prefer": value.encode()}
    answer = seller.http.post(f"listings/{planted()}/publish", headers=headers)  # type: ignore[arg-type]
    assert is_problem(answer, 409), answer.text


@pytest.mark.parametrize("value", ['"x"', "*, *", '"' + "9" * 400 + '"', "W/", "\u0661"])
def test_an_invalid_if_match_never_writes(seller: Seller, planted: Ready, value: str) -> None:
    listing = planted()
    headers = {"If-Match": value.encode()}
    answer = seller.http.patch(f"listings/{listing}", json={"price": 1}, headers=headers)  # type: ignore[arg-type]
    assert is_problem(answer, answer.status_code), answer.text
    assert answer.status_code in {400, 412}
    assert seller.listing(listing)["price"] == LISTING["price"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=%00", "cursor=e30", "status=gone"])
def test_an_invalid_query_is_400(seller: Seller, query: str) -> None:
    assert is_problem(seller.ask("GET", f"/listings?{query}"), 400)


def test_another_users_cursor_shows_nothing_of_theirs(seller: Seller, souk: LocalStack, heard: Any) -> None:
    cursor = seller.expect(200, "GET", "/listings?limit=1")["next_cursor"]
    assert cursor
    stranger = Seller(souk, heard)
    answer = stranger.ask("GET", "/listings", None)
    found = stranger.http.get("listings", params={"cursor": cursor})
    assert answer.json()["data"] == []
    assert found.status_code in {200, 400}
    assert found.json().get("data", []) == []


# What every answer carries ----------------------------------------------------------------------------------------


def test_the_served_contract_is_the_one_of_the_repository(anonymous: httpx.Client) -> None:
    for path in ("/openapi.json", "/api/v1/openapi.json"):
        assert anonymous.get(path).json() == json.loads((ROOT / "docs/openapi.json").read_text())


def test_the_docs_page_and_everything_it_names_are_served(anonymous: httpx.Client) -> None:
    page = anonymous.get("/docs")
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    named = [
        part.split('"')[0]
        for attribute in ('src="', 'href="')
        for part in page.text.split(attribute)[1:]
        if not part.startswith(("http", "#", "data:"))
    ]
    assert len(named) >= 3
    assert {name: anonymous.get(httpx.URL(str(page.url)).join(name)).status_code for name in named} == dict.fromkeys(
        named, 200
    )


def test_unknown_routes_are_404_problems_with_cors_headers(anonymous: httpx.Client) -> None:
    for method, path in (("GET", "/nothing"), ("POST", "/api/v1/nothing"), ("DELETE", "/api/v2/listings")):
        answer = anonymous.request(method, path, headers={"Origin": _ORIGIN})
        assert is_problem(answer, 404)
        assert answer.headers["access-control-allow-origin"] == _ORIGIN


def test_what_the_gateway_refuses_can_be_read_by_a_page_of_the_allowed_origin(anonymous: httpx.Client) -> None:
    for origin, shown in ((_ORIGIN, _ORIGIN), ("https://elsewhere.example", None)):
        without_token = anonymous.get("/api/v1/listings", headers={"Origin": origin})
        huge = anonymous.post("/api/v1/auth/login", content=b" " * (10 * 1024 * 1024 + 1), headers={"Origin": origin})
        assert (without_token.status_code, huge.status_code) == (401, 413)
        for answer in (without_token, huge):
            assert answer.headers.get("access-control-allow-origin") == shown


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/api/v1/healthz",
            "/.well-known/jwks.json",
            "/openapi.json",
            "/api/v1/openapi.json",
            "/docs",
            "/api/v1/docs",
        ),
        *("/api/v1/products", "/api/v1/buyers/products", "/api/v1/buyers/products/search?q=cup", "/api/v1/categories"),
        *("/api/v1/products/none", "/api/v1/products/none/reviews", "/api/v1/sellers/none", "/api/v1/media/none"),
        f"/api/v1/media/{'0' * 64}?width=320",
    ],
)
def test_head_is_answered_as_get_without_the_body(anonymous: httpx.Client, path: str) -> None:
    got, asked = anonymous.get(path), anonymous.head(path)
    differing = {"x-request-id", "date"}
    if got.is_error:
        differing.add("content-length")  # the problem names the request's id
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert {name: value for name, value in asked.headers.items() if name not in differing} == {
        name: value for name, value in got.headers.items() if name not in differing
    }


def test_every_route_that_needs_no_token_takes_head(anonymous: httpx.Client) -> None:
    paths: dict[str, Any] = anonymous.get("/openapi.json").json()["paths"]
    public = [path for path, methods in paths.items() if methods.get("get", {}).get("security") == []]
    assert {anonymous.head(path.replace("{", "").replace("}", "")).status_code for path in public} <= {
        200,
        302,
        400,
        404,
    }
    assert anonymous.head("/api/v1/listings").status_code == 405


def test_preflights_are_answered_and_unknown_origins_refused(anonymous: httpx.Client) -> None:
    asked = {"Origin": _ORIGIN, "Access-Control-Request-Method": "PATCH"}
    wanted = {**asked, "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,if-match,prefer"}
    answer = anonymous.options("/api/v1/listings/x", headers=wanted)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, _ORIGIN)
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    assert {"authorization", "content-type", "idempotency-key", "if-match", "prefer"} <= set(allowed)
    stranger = anonymous.options("/api/v1/listings/x", headers={**asked, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers


def test_errors_of_functions_have_cors_headers_and_expose_the_headers_that_clients_read(seller: Seller) -> None:
    answer = seller.ask("GET", "/listings/none", Origin=_ORIGIN)
    assert is_problem(answer, 404)
    assert answer.headers["access-control-allow-origin"] == _ORIGIN
    exposed = answer.headers["access-control-expose-headers"].lower().replace(" ", "").split(",")
    assert {"etag", "location", "retry-after", "idempotent-replayed", "preference-applied"} <= set(exposed)
