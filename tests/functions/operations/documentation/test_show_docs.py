"""show_docs"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from souk.operations.documentation.presenter import documents
from tests.functions.operations.calling import call

LAMBDA_ANSWER_LIMIT = 6 * 1024 * 1024


def test_the_page_is_html_that_allows_nothing_from_other_origins(docs_layer: Path) -> None:
    reply = call("show_docs")
    policy = reply.headers["Content-Security-Policy"]
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_page_has_no_inline_script_or_style(docs_layer: Path) -> None:
    page = call("show_docs").text
    assert re.findall(r"<script(?![^>]* src=)|<style|\bon\w+=|\bstyle=", page) == []


def test_every_file_that_the_page_names_exists_and_is_relative(docs_layer: Path) -> None:
    """Relative, so that the page works under /docs and under /api/v1/docs."""
    named = re.findall(r'(?:src|href)="([^"]+)"', call("show_docs").text)
    assert len(named) == 7
    for one in named:
        if one not in ("openapi.json", "data:,"):
            folder, _, asset = one.partition("/")
            assert folder == "docs"
            assert call("show_docs", params={"asset": asset}).status == 200


@pytest.mark.parametrize(
    ("asset", "content_type"),
    [
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("page.css", "text/css; charset=utf-8"),
        ("swagger-ui-license.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_of_the_page_has_its_content_type_and_forbids_guessing(
    docs_layer: Path, asset: str, content_type: str
) -> None:
    reply = call("show_docs", params={"asset": asset})
    assert reply.headers["Content-Type"] == content_type
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "asset", ["none.js", "..", "../openapi.json", "%2e%2e", "/etc/passwd", "page.js.gz", "", "souk_docs", "page.js\x00"]
)
def test_any_other_name_is_404(docs_layer: Path, asset: str) -> None:
    assert call("show_docs", params={"asset": asset}).status == 404


def test_no_file_of_the_page_refers_to_another_origin(docs_layer: Path) -> None:
    for asset in ("page.js", "page.css"):
        assert "://" not in call("show_docs", params={"asset": asset}).text
    assert "url(http" not in call("show_docs", params={"asset": "swagger-ui.css"}).text


def test_the_licence_of_the_viewer_is_served(docs_layer: Path) -> None:
    text = call("show_docs", params={"asset": "swagger-ui-license.txt"}).text
    assert "Apache License" in text
    assert "SmartBear" in text


def test_every_file_fits_into_a_lambda_response_uncompressed(docs_layer: Path) -> None:
    for file in docs_layer.glob("*.gz"):
        assert len(documents.read(file.stem)) * 4 / 3 < LAMBDA_ANSWER_LIMIT, file.name


def test_a_missing_docs_layer_is_a_500(monkeypatch: pytest.MonkeyPatch) -> None:
    documents._files.cache_clear()
    assert call("show_docs").status == 500
