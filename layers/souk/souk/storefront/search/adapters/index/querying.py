"""Queries of the index from what a buyer asks. No text is an error.

Every word has to be found in the title, in the description or by its stem; stop words need not. The last word may be
unfinished. A word of four letters or more that no product has may have one letter wrong.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from tantivy import FieldType, Occur, Order, Query, Searcher

from souk.storefront.search.adapters.index import sort_keys
from souk.storefront.search.adapters.index.fields import schema, stems, words
from souk.storefront.search.model import ProductQuery, Sort

_MOST_WORDS: Final = 16
_STOP_WORDS: Final = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or", "the", "to", "with")
)
_SHORTEST_UNFINISHED: Final = 2
_SHORTEST_MISSPELT: Final = 4
# The weight of a word by the field it is found in. Unfinished and misspelt words are scored without a frequency.
_WEIGHTS: Final = {"title": 4.0, "description": 1.0, "stems": 1.0}
_UNFINISHED: Final = {"title": 0.5, "description": 0.1}
_MISSPELT: Final = {"title": 2.0, "description": 0.5}
_MOST: Final = (1 << 63) - 1

ORDERS: Final = {
    Sort.PRICE_ASC: ("by_price", Order.Asc),
    Sort.PRICE_DESC: ("by_price", Order.Desc),
    Sort.NEWEST: ("by_time", Order.Desc),
    Sort.RATING: ("by_rating", Order.Desc),
}


def build_query(query: ProductQuery, searcher: Searcher) -> Query:
    """The Tantivy query; `searcher` knows which words the index has."""
    filters = [_without_score(found) for found in _filters(query)]
    if query.text is not None:
        filters.insert(0, _text(query.text, searcher))
    return _all_of(filters) if filters else Query.all_query()


# Filters -------------------------------------------------------------------------------------------------------------


def _filters(query: ProductQuery) -> list[Query]:
    found = [
        Query.term_query(schema(), name, value, "basic")
        for name, value in (("seller_id", query.seller_id), ("category_id", query.category_id))
        if value is not None
    ]
    if query.min_price is not None or query.max_price is not None:
        found.append(_between("price", _thousandths(query.min_price, 0), _thousandths(query.max_price, _MOST)))
    if query.min_rating:
        found.append(_between("rating", sort_keys.least_rating(query.min_rating), _MOST))
    if query.in_stock:
        found.append(Query.term_query(schema(), "in_stock", 1))
    return found


def _between(name: str, low: int, high: int) -> Query:
    if low > high:
        return Query.empty_query()
    return Query.range_query(schema(), name, FieldType.Integer, low, high)


def _thousandths(amount: Decimal | None, otherwise: int) -> int:
    """A bound in thousandths, rounded inward; `otherwise` when there is none."""
    if amount is None:
        return otherwise
    rounding = ROUND_FLOOR if otherwise else ROUND_CEILING
    return int((amount * 1000).to_integral_value(rounding))


# Text ----------------------------------------------------------------------------------------------------------------


def _text(text: str, searcher: Searcher) -> Query:
    found = words().analyze(text.encode(errors="ignore").decode())[:_MOST_WORDS]
    if not found:
        return Query.empty_query()
    *finished, last = found
    clauses = [(word, _finished(word, searcher)) for word in finished] + [(last, _last(last, searcher))]
    only_stop_words = _STOP_WORDS.issuperset(finished) and last in _STOP_WORDS
    return Query.boolean_query(
        [
            (Occur.Must if only_stop_words or word not in _STOP_WORDS else Occur.Should, clause)
            for word, clause in clauses
        ]
    )


def _finished(word: str, searcher: Searcher) -> Query:
    exact = _exact(word)
    if _is_known(word, searcher):
        return _any_of(exact)
    return _any_of([*exact, *_misspelt(word, unfinished=False)])


def _last(word: str, searcher: Searcher) -> Query:
    found = _exact(word)
    if len(word) >= _SHORTEST_UNFINISHED or not word.isascii():
        found += [_alike(name, word, weight, distance=0, prefix=True) for name, weight in _UNFINISHED.items()]
    if not _is_known(word, searcher) and not _begins_a_word(word, searcher):
        found += _misspelt(word, unfinished=True)
    return _any_of(found)


def _exact(word: str) -> list[Query]:
    [*_, stem] = stems().analyze(word) or [word]
    return [
        Query.boost_query(Query.term_query(schema(), name, stem if name == "stems" else word, "freq"), weight)
        for name, weight in _WEIGHTS.items()
    ]


def _misspelt(word: str, *, unfinished: bool) -> list[Query]:
    if len(word) < _SHORTEST_MISSPELT:
        return []
    return [_alike(name, word, weight, distance=1, prefix=unfinished) for name, weight in _MISSPELT.items()]


def _alike(name: str, word: str, weight: float, *, distance: int, prefix: bool) -> Query:
    return Query.boost_query(Query.fuzzy_term_query(schema(), name, word, distance, True, prefix), weight)


def _is_known(word: str, searcher: Searcher) -> bool:
    [*_, stem] = stems().analyze(word) or [word]
    return any(searcher.doc_freq(name, stem if name == "stems" else word) for name in _WEIGHTS)


def _begins_a_word(word: str, searcher: Searcher) -> bool:
    return any(searcher.terms_with_prefix(name, word, limit=1) for name in _UNFINISHED)


# Combining -----------------------------------------------------------------------------------------------------------


def _all_of(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any_of(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _without_score(query: Query) -> Query:
    """A filter decides whether a product is found, not how relevant it is."""
    return Query.const_score_query(query, 0.0)


# Facets --------------------------------------------------------------------------------------------------------------


AGGREGATIONS: Final[dict[str, Any]] = {
    field: {"terms": {"field": field, "size": 1000}} for field in ("category_id", "price_step", "stars", "in_stock")
}
"""Aggregations for facets: the number of products with each value of these fields."""
