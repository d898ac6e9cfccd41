"""The fields of a product in the index, and how text is split into words.

id, seller_id               verbatim, to find by
category_id                 the same, and to count by
title, description          words in lower case without accents
stems                       the English stems of both, so that `lamps` finds `lamp`
price, rating, in_stock     integers to filter by (units: see sort_keys)
price_step, stars           the range of the price facet and the whole stars, to count by: small integers are quick
by_price, by_rating, by_time    integers to sort by, all different
distinction                 the tie-breaker of equally relevant products
revision                    increases with each change of the product
document                    the whole product, for answers
"""

from __future__ import annotations

import json
from bisect import bisect_right
from functools import cache
from typing import Final

from tantivy import Document, Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from souk.shared.clock import from_wire, to_wire
from souk.shared.money import Money
from souk.storefront.search.adapters.index import sort_keys
from souk.storefront.search.model import PRICE_STEPS, ProductDocument
from souk.storefront.sellers.model import Rating

FORMAT: Final = 1
"""Increases whenever fields change: an index of another format has to be rebuilt."""

_LONGEST_WORD: Final = 40
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


@cache
def schema() -> Schema:
    builder = SchemaBuilder()
    for name in ("id", "seller_id"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("category_id", tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("title", "description"):
        builder.add_text_field(name, tokenizer_name="words", index_option="freq")
    builder.add_text_field("stems", tokenizer_name="stems", index_option="freq")
    for name in ("price", "rating", "in_stock"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("price_step", "stars", "by_price", "by_rating", "by_time", "revision"):
        builder.add_integer_field(name, fast=True)
    builder.add_float_field("distinction", fast=True)
    builder.add_bytes_field("document", stored=True)
    return builder.build()


@cache
def words() -> TextAnalyzer:
    """The analyzer that splits a text into words, in lower case and without accents."""
    return _words().build()


@cache
def stems() -> TextAnalyzer:
    return _words().filter(Filter.stemmer("english")).build()


def _words() -> TextAnalyzerBuilder:
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )


def register_tokenizers(index: Index) -> Index:
    """Register the analyzers, which an index stores by name only: needed each time it is opened."""
    index.register_tokenizer("words", words())
    index.register_tokenizer("stems", stems())
    return index


def to_document(product: ProductDocument) -> Document:
    document = Document()
    for name in ("id", "seller_id", "category_id", "title", "description"):
        document.add_text(name, getattr(product, name))
    document.add_text("stems", f"{product.title}\n{product.description}")
    document.add_integer("price", sort_keys.price_value(product.price.amount))
    document.add_integer("rating", sort_keys.rating_value(product.rating))
    document.add_integer("in_stock", int(product.available > 0))
    document.add_integer("price_step", bisect_right(PRICE_STEPS, product.price.amount))
    document.add_integer("stars", product.rating.sum // product.rating.count if product.rating.count else 0)
    document.add_integer("by_price", sort_keys.by_price(product.price, product.id))
    document.add_integer("by_rating", sort_keys.by_rating(product.rating, product.id))
    document.add_integer("by_time", sort_keys.by_time(product.created_at, product.id))
    document.add_float("distinction", sort_keys.distinction(product.id))
    document.add_integer("revision", product.revision)
    document.add_bytes("document", _encode(product))
    return document


def from_document(document: Document) -> ProductDocument:
    content = document.get_first("document")
    assert isinstance(content, bytes)
    return _decode(content)


def _encode(product: ProductDocument) -> bytes:
    """JSON without member names, which would be half of it: twenty documents are read for each answer."""
    members = (
        product.id,
        product.seller_id,
        product.seller_name,
        product.title,
        product.description,
        product.category_id,
        product.price.minor,
        product.price.currency,
        product.rating.sum,
        product.rating.count,
        product.available,
        product.image,
        to_wire(product.created_at),
        product.revision,
    )
    return _ENCODER.encode(members).encode()


def _decode(content: bytes) -> ProductDocument:
    (
        product_id,
        seller_id,
        seller_name,
        title,
        description,
        category_id,
        minor,
        currency,
        stars,
        reviews,
        available,
        image,
        created_at,
        revision,
    ) = json.loads(content.decode())
    return ProductDocument(
        product_id,
        seller_id,
        seller_name,
        title,
        description,
        category_id,
        Money.from_minor(minor, currency),
        Rating(stars, reviews),
        available,
        image,
        from_wire(created_at),
        revision,
    )
