"""get_openapi"""

from __future__ import annotations

import json

import pytest

from functions.operations.documentation import get_openapi
from tests.functions.operations.calling import call
from tooling.contract.document import FILE

pytestmark = pytest.mark.usefixtures("docs_layer")


def test_the_contract_is_the_one_of_the_repository() -> None:
    reply = call("get_openapi")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert json.loads(reply.text) == json.loads(FILE.read_text())


def test_the_contract_is_compressed_for_clients_that_accept_gzip() -> None:
    reply = call("get_openapi", headers={"accept-encoding": "br, gzip;q=0.8"})
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Vary"] == "Accept-Encoding"
    assert len(reply.body) < len(reply.text) / 3


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0", "gzipped"])
def test_the_contract_is_uncompressed_for_other_clients(accepted: str) -> None:
    reply = call("get_openapi", headers={"accept-encoding": accepted})
    assert "Content-Encoding" not in reply.headers
    assert json.loads(reply.body)["openapi"] == "3.1.0"


def test_the_contract_needs_no_token() -> None:
    assert get_openapi.handler.declaration.roles is None  # type: ignore[attr-defined]
