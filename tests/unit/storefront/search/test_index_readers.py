"""How soon readers see changes, which files they fetch, and how long they answer while the index cannot be read."""

from __future__ import annotations

from itertools import count

import pytest
from botocore.exceptions import EndpointConnectionError

from souk.storefront.search.adapters.index.reader import REFRESH_SECONDS, STALE_SECONDS, IndexReader
from souk.storefront.search.model import IndexUnavailable, ProductQuery
from tests.unit.storefront.search.search_worlds import MANIFEST, World, a_product

ALL = ProductQuery()


def titles(reader: IndexReader) -> list[str]:
    return [product.title for product in reader.search(ALL).products]


def test_a_reader_checks_for_changes_once_a_second(world: World) -> None:
    world.sell(a_product("1", "old"))
    reader = world.reader()
    assert titles(reader) == ["old"]
    world.sell(a_product("1", "new"))
    world.s3.requests.clear()
    world.seconds += REFRESH_SECONDS - 0.01
    assert titles(reader) == ["old"]
    assert world.s3.requests == []
    world.seconds += 0.01
    assert titles(reader) == ["new"]


def test_a_reader_without_an_index_checks_for_one_once_a_second(world: World) -> None:
    reader = world.reader()
    assert [titles(reader) for _ in range(3)] == [[], [], []]
    assert world.s3.requests == ["get"]
    world.sell(a_product("1", "first"))
    world.seconds += REFRESH_SECONDS
    assert titles(reader) == ["first"]


def test_only_new_files_are_fetched(world: World) -> None:
    world.sell(*(a_product(f"{number}") for number in range(9)))
    reader = world.reader()
    reader.search(ALL)
    world.sell(a_product("9"))
    fetched: list[str] = []
    world.s3.before = lambda operation, key: fetched.append(key)
    world.seconds += REFRESH_SECONDS
    assert reader.search(ALL).total == 10
    assert len(fetched) == 2
    world.seconds += REFRESH_SECONDS
    reader.search(ALL)
    assert fetched[2:] == [MANIFEST]


def test_a_new_reader_fetches_each_pack_once(world: World) -> None:
    for number in range(5):
        world.sell(a_product(f"{number}"))
    world.s3.requests.clear()
    assert world.search().total == 5
    assert world.s3.requests == ["get"] * (1 + len(world.s3.packs))


def test_a_reader_answers_from_an_older_index_for_a_minute_and_reports_the_errors(world: World) -> None:
    world.sell(a_product("1"))
    reader = world.reader()
    reader.search(ALL)

    def fail(_operation: str, _key: str) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3.example.com")

    world.s3.before = fail
    world.seconds += STALE_SECONDS
    assert titles(reader) == ["Cup"]
    assert [error.code for error in world.complaints] == ["search_unavailable"]
    world.seconds += REFRESH_SECONDS
    with pytest.raises(IndexUnavailable):
        reader.search(ALL)
    world.s3.before = lambda _operation, _key: None
    world.seconds += REFRESH_SECONDS
    assert titles(reader) == ["Cup"]


def test_a_reader_that_never_had_an_index_raises_at_once(world: World) -> None:
    world.sell(a_product("1"))
    pack = next(iter(world.s3.packs))
    content = world.s3.objects.pop(pack)
    reader = world.reader()
    for _ in range(2):
        with pytest.raises(IndexUnavailable) as refused:
            reader.search(ALL)
        assert refused.value.retry_after == 30
    world.s3.objects[pack] = content
    assert titles(reader) == ["Cup"]


def test_a_reader_raises_when_its_index_has_been_deleted_for_a_minute(world: World) -> None:
    world.sell(a_product("1"))
    reader = world.reader()
    reader.search(ALL)
    del world.s3.objects[MANIFEST]
    world.seconds += STALE_SECONDS + 1
    with pytest.raises(IndexUnavailable):
        reader.search(ALL)


def test_a_lost_index_is_an_error_and_not_an_empty_index(world: World) -> None:
    assert world.search().total == 0
    world.sell(a_product("1"))
    world.s3.objects.clear()
    reader = world.reader()
    for _ in range(2):
        with pytest.raises(IndexUnavailable, match="rebuilt"):
            reader.search(ALL)
    world.writer().rebuild()
    assert titles(reader) == ["Cup"]


def test_a_reader_follows_many_changes(world: World) -> None:
    reader, writer = world.reader(), world.writer()
    numbers = count()
    for _ in range(30):
        world.catalogue.set(a_product(f"{next(numbers)}"), a_product("0", f"Cup {next(numbers)}"))
        writer.apply(world.catalogue.products)
        world.seconds += REFRESH_SECONDS
        assert {one.id: one.revision for one in reader.search(ProductQuery(limit=100)).products} == world.sold()
