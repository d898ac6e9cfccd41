"""Fetch a search index, search it and count its facets: tantivy, with its own parser of queries."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.compared.aws import client

QUERY = "souk.storefront.search.schemas:ProductsQuery"
RETURNS = "souk.storefront.search.schemas:ProductsOut"

_BUCKET = os.environ["SOUK_SEARCH_BUCKET"]
_FACETS = {
    field: {"terms": {"field": field, "size": 1000}} for field in ("category_id", "price_step", "stars", "in_stock")
}

s3 = client("s3")


def work(event: dict[str, Any], _given: dict[str, Any]) -> None:
    asked = event["queryStringParameters"]
    index = _open(json.loads(_fetch("index/manifest")))
    searcher = index.searcher()
    text = f"{asked['search']} price:[0 TO {int(asked['max_price']) * 1000}]"
    query = index.parse_query(text, ["title", "description", "stems"], conjunction_by_default=True)
    found = searcher.search(query, 20, weight_by_field="distinction")
    searcher.aggregate(query, _FACETS)
    for _, address in found.hits:
        json.loads(searcher.doc(address).get_first("document"))


def _fetch(key: str) -> bytes:
    content: bytes = s3.get_object(Bucket=_BUCKET, Key=key)["Body"].read()
    return content


def _open(manifest: dict[str, Any]) -> Any:
    folder = tempfile.mkdtemp()
    packs = {pack: _fetch(f"index/packs/{pack}") for pack in {file[0] for file in manifest["files"].values()}}
    for name, (pack, offset, size, _) in manifest["files"].items():
        Path(folder, name).write_bytes(packs[pack][offset : offset + size])
    Path(folder, "meta.json").write_text(manifest["meta"])
    index = tantivy.Index.open(folder)
    index.register_tokenizer("words", _words().build())
    index.register_tokenizer("stems", _words().filter(tantivy.Filter.stemmer("english")).build())
    index.config_reader("manual")
    return index


def _words() -> Any:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
