"""get_openapi"""

from __future__ import annotations

import json

import pytest

from functions.operations.documentation import get_openapi
from tests.functions.operations.calling import call
from tooling.contract.document import FILE

pytestmark = pytest.mark.usefixtures("docs_layer")


def test_it_answers_the_document_of_the_repository() -> None:
    reply = call("get_openapi")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert json.loads(reply.text) == json.loads(FILE.read_text())


def test_it_is_compressed_for_whoever_takes_it_so() -> None:
    reply = call("get_openapi", headers={"accept-encoding": "br, gzip;q=0.8"})
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Vary"] == "Accept-Encoding"
    assert len(reply.body) < len(reply.text) / 3


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0", "gzipped"])
def test_it_is_plain_for_everybody_else(accepted: str) -> None:
    reply = call("get_openapi", headers={"accept-encoding": accepted})
    assert "Content-Encoding" not in reply.headers
    assert json.loads(reply.body)["openapi"] == "3.1.0"


def test_it_is_for_anyone() -> None:
    assert get_openapi.handler.declaration.roles is None  # type: ignore[attr-defined]
