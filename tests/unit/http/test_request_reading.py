"""What a client may send, and how a handler sees it."""

from __future__ import annotations

import io

import pytest

from souk.http.uploads import FilesForm
from tests.unit.http.http_events import an_event, answer_of
from tests.unit.http.things import Filter, Thing, an_endpoint, seen_by


def test_every_problem_of_query_and_body_is_named() -> None:
    handler = an_endpoint(body=Thing, query=Filter)
    status, _, body = answer_of(handler, an_event(body={"size": 0}, query={"limit": "500"}))
    assert (status, body["error"]) == (400, "validation_failed")
    assert {one["field"] for one in body["errors"]} == {"limit", "name", "size"}
    assert body["message"] == body["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"name": "\\ud800", "size": 1}',
        b"[" * 100_000,
        b'{"name":"a","size":NaN}',
    ],
    ids=["nothing", "half", "a list", "null", "not UTF-8", "half a pair", "very deep", "not a number"],
)
def test_a_body_that_is_not_what_it_should_be_is_a_400(body: bytes) -> None:
    status, _, problem = answer_of(an_endpoint(body=Thing), an_event(body=body))
    assert status == 400
    assert problem["errors"]


def test_a_body_that_is_not_even_base64_is_a_400() -> None:
    event = {**an_event(body=b"{}"), "body": "%%%é"}
    status, _, problem = answer_of(an_endpoint(body=Thing), event)
    assert (status, problem["errors"][0]["field"], problem["errors"][0]["code"]) == (400, "body", "wrong_format")


def test_half_a_surrogate_pair_in_a_plain_body_is_a_400() -> None:
    event = {**an_event(), "body": '{"name": "\ud800"}'}
    assert answer_of(an_endpoint(body=Thing), event)[0] == 400


def test_unknown_fields_are_ignored() -> None:
    thing = seen_by(an_event(body={"name": "a", "size": 1, "colour": "red"}), body=Thing).body
    assert thing.model_dump() == {"name": "a", "size": 1}


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/merge-patch+json", "APPLICATION/JSON"]
)
def test_json_goes_by_several_names(content_type: str) -> None:
    event = an_event(body={"name": "a", "size": 1}, headers={"content-type": content_type})
    assert seen_by(event, body=Thing).body.name == "a"


def test_another_media_type_is_a_415() -> None:
    event = an_event(body=b"<thing/>", headers={"content-type": "text/xml"})
    assert answer_of(an_endpoint(body=Thing), event)[0] == 415


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"name": "a", "size": 1}', '\ufeff{"name": "a", "size": 1}'])
def test_json_may_begin_with_a_byte_order_mark(body: bytes | str) -> None:
    event = an_event(body=body) if isinstance(body, bytes) else {**an_event(), "body": body}
    assert seen_by(event, body=Thing).body.name == "a"


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "x-gzip", "GZIP", "identity, gzip"])
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_a_compressed_body_is_a_415_that_says_so(coding: str, content_type: str) -> None:
    event = an_event(body=b"\x1f\x8b", headers={"content-encoding": coding, "content-type": content_type})
    handler = an_endpoint(body=Thing, form=FilesForm("file"))
    status, _, body = answer_of(handler, event)
    assert (status, body["error"]) == (415, "body_compressed")
    assert "without Content-Encoding" in body["detail"]


@pytest.mark.parametrize("coding", ["identity", "", "Identity"])
def test_identity_is_no_compression(coding: str) -> None:
    event = an_event(body={"name": "a", "size": 1}, headers={"content-encoding": coding})
    assert seen_by(event, body=Thing).body.name == "a"


def test_a_media_type_that_the_handler_reads_itself_is_handed_on_as_it_is() -> None:
    event = an_event(body=b"--x--", headers={"content-type": "multipart/form-data; boundary=x"})
    request = seen_by(event, body=Thing, form=FilesForm("file"))
    assert (request.body, request.raw_body) == (None, b"--x--")


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("wait=5", 5),
        ("respond-async, wait=10", 10),
        ("respond-async; wait=10", 10),
        ('WAIT = "7"', 7),
        ("wait=90", 25),
        ("wait=99999999999999999999", 25),
        ("wait=0", 0),
        ("wait=-1", None),
        ("wait=soon", None),
        ("wait=²", None),
        ("wait", None),
        ("", None),
    ],
)
def test_a_wish_to_wait_is_read_and_bounded(prefer: str, seconds: int | None) -> None:
    assert seen_by(an_event(headers={"prefer": prefer}), waits=True).wait_seconds == seconds


def test_a_wish_to_wait_counts_only_where_it_is_honoured() -> None:
    assert seen_by(an_event(headers={"prefer": "wait=5"})).wait_seconds is None


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        (None, None),
        ("*", None),
        ('"7"', {7}),
        ('W/"7"', {7}),
        ("7", {7}),
        ('"1", W/"2" ,"3"', {1, 2, 3}),
        (', "1",,"2",', {1, 2}),
        ('"abc"', set()),
        ('"a,b", "3"', {3}),
        ('""', set()),
        ('"\u0663"'.encode().decode("latin-1"), set()),
        ('"' + "9" * 30 + '"', set()),
        (", ".join(f'"{number}"' for number in range(20)), set(range(20))),
    ],
    ids=str,
)
def test_if_match_names_the_versions_that_it_allows(header: str | None, allowed: set[int] | None) -> None:
    assert seen_by(an_event(headers={"if-match": header} if header else {}), if_match=True).if_match == allowed


@pytest.mark.parametrize(
    "header",
    ["", ",", "-1", "abc", '"1', '"1" "2"', '*, "1"', 'w/"1"', '"1";"2"', ", ".join(['"1"'] * 21)],
)
def test_an_if_match_that_is_no_list_of_entity_tags_is_a_400(header: str) -> None:
    handler = an_endpoint(lambda request: {"version": request.if_match}, if_match=True)
    status, _, body = answer_of(handler, an_event(headers={"if-match": header}))
    assert status == 400
    assert [(one["field"], one["code"]) for one in body["errors"]] == [("If-Match", "wrong_format")]


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("*", True),
        ('"7"', True),
        ('W/"7"', True),
        ('"1", W/"7"', True),
        ('"77"', False),
        ('"1", "17"', False),
        ("", False),
        ('"7', False),
    ],
    ids=str,
)
def test_if_none_match_names_what_the_client_has(header: str | None, known: bool) -> None:
    assert seen_by(an_event(headers={"if-none-match": header} if header is not None else {})).knows('"7"') == known


@pytest.mark.parametrize("headers", [{}, {"if-match": '"1"'}], ids=["without the header", "with it"])
def test_if_match_can_only_be_read_by_an_endpoint_that_declares_it(
    headers: dict[str, str], logged: io.StringIO
) -> None:
    handler = an_endpoint(lambda request: {"version": request.if_match})
    assert answer_of(handler, an_event(headers=headers))[0] == 500
    assert "does not declare if_match=True" in logged.getvalue()
