"""What the index keeps of a product, field by field, and how text becomes words.

id, seller_id               as they are, to find by
category_id                 the same, and to count by
title, description          words in lower case without accents
stems                       the English stems of both, so that `lamps` finds `lamp`
price, rating, in_stock     integers to filter by (souk.storefront.search.adapters.index.ordering says in which units)
price_step, stars           the range of the price facet and the whole stars, to count by: small integers are quick
by_price, by_rating, by_time    integers to order by, no two alike
distinction                 tells equally relevant products apart
revision                    what is newer
document                    the whole, to answer with
"""

from __future__ import annotations

import json
from bisect import bisect_right
from functools import cache
from typing import Final

from tantivy import Document, Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from souk.shared.clock import from_wire, to_wire
from souk.shared.money import Money
from souk.storefront.search.adapters.index import ordering
from souk.storefront.search.model import PRICE_STEPS, ProductDocument
from souk.storefront.sellers.model import Rating

FORMAT: Final = 1
"""Rises whenever fields change: an index of another format has to be built anew."""

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
    """A text's words, in lower case and without accents."""
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


def know_words(index: Index) -> Index:
    """An index knows its analyzers by name only: each time it is opened they are handed in."""
    index.register_tokenizer("words", words())
    index.register_tokenizer("stems", stems())
    return index


def to_document(product: ProductDocument) -> Document:
    document = Document()
    for name in ("id", "seller_id", "category_id", "title", "description"):
        document.add_text(name, getattr(product, name))
    document.add_text("stems", f"{product.title}\n{product.description}")
    document.add_integer("price", ordering.price_value(product.price.amount))
    document.add_integer("rating", ordering.rating_value(product.rating))
    document.add_integer("in_stock", int(product.available > 0))
    document.add_integer("price_step", bisect_right(PRICE_STEPS, product.price.amount))
    document.add_integer("stars", product.rating.sum // product.rating.count if product.rating.count else 0)
    document.add_integer("by_price", ordering.by_price(product.price, product.id))
    document.add_integer("by_rating", ordering.by_rating(product.rating, product.id))
    document.add_integer("by_time", ordering.by_time(product.created_at, product.id))
    document.add_float("distinction", ordering.distinction(product.id))
    document.add_integer("revision", product.revision)
    document.add_bytes("document", _encode(product))
    return document


def from_document(document: Document) -> ProductDocument:
    content = document.get_first("document")
    assert isinstance(content, bytes)
    return _decode(content)


def _encode(product: ProductDocument) -> bytes:
    """Without names, which would be half of it: twenty are read for each answer."""
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
