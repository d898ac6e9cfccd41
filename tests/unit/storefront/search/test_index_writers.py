"""The index follows the catalogue with concurrent writers, after a writer died at any step, and during a rebuild."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from botocore.exceptions import EndpointConnectionError

from souk.shared.errors import Conflict
from souk.storefront.search.adapters.index.manifest import GRACE, LONGEST_REBUILD
from souk.storefront.search.adapters.index.s3 import Damaged
from souk.storefront.search.model import IndexUnavailable
from tests.unit.storefront.search.search_worlds import MANIFEST, World, a_product, refusal

MOST_POINTS = 60


def test_the_index_follows_changes_of_the_catalogue(world: World) -> None:
    world.sell(a_product("1", "Cup"), a_product("2", "Saucer"))
    world.sell(a_product("1", "Mug"))
    world.catalogue.hide("2")
    assert world.writer().apply(["1", "2"]) == 1
    assert world.titles() == ["Mug"]


def test_a_change_that_is_indexed_already_writes_nothing(world: World) -> None:
    world.sell(a_product("1"))
    before = dict(world.s3.objects)
    assert world.writer().apply(["1", "never"]) == 0
    assert world.s3.objects == before


def test_an_older_state_is_dropped(world: World) -> None:
    world.sell(a_product("1", "new", revision=7))
    world.catalogue.products["1"] = a_product("1", "old", revision=6)
    assert world.writer().apply(["1"]) == 0
    assert world.titles() == ["new"]


def test_a_change_of_a_shop_indexes_all_its_products(world: World) -> None:
    world.sell(a_product("1", seller_id="ann"), a_product("2", seller_id="ann"), a_product("3", seller_id="bob"))
    world.catalogue.hidden = {"1", "2"}
    world.writer().apply([], ["ann"])
    assert set(world.indexed()) == {"3"}
    for one in ("1", "2"):
        world.catalogue.show(one)
    world.writer().apply([], ["ann"])
    assert world.indexed() == world.sold()


def test_an_empty_batch_makes_no_requests(world: World) -> None:
    assert world.writer().apply([]) == 0
    assert world.s3.requests == []


def test_a_commit_is_two_writes_and_fetches_no_file_again(world: World) -> None:
    writer = world.writer()
    world.catalogue.set(a_product("1"))
    writer.apply(["1"])
    world.catalogue.set(a_product("2"))
    world.s3.requests.clear()
    writer.apply(["2"])
    assert world.s3.requests == ["get", "put", "put"]


def test_the_next_writer_marks_that_there_is_an_index(world: World) -> None:
    world.catalogue.set(a_product("1"))
    assert world.writer().apply(["never"]) == 1  # the first index is built whole
    world.was_built = False  # its writer died before it came to this
    assert world.writer().apply(["1"]) == 0
    assert world.was_built


def test_a_failed_write_does_not_mark_that_there_is_an_index(world: World) -> None:
    def fail(_operation: str, _key: str) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3.example.com")

    world.catalogue.set(a_product("1"))
    world.s3.before = fail
    with pytest.raises(IndexUnavailable):
        world.writer().apply(["1"])
    assert not world.was_built


def test_small_files_are_merged(world: World) -> None:
    writer = world.writer()
    for number in range(40):
        world.catalogue.set(a_product(f"{number:02}"))
        writer.apply([f"{number:02}"])
    stored = world.store.load()
    assert stored is not None
    assert stored.manifest is not None
    assert len(stored.manifest.files) < 100
    assert world.indexed() == world.sold()


# Concurrent writers --------------------------------------------------------------------------------------------------


def at_point(world: World, point: int, act: Callable[[], None]) -> Callable[[], bool]:
    """Have `act` happen before step number `point` of the next writer; whether it has happened."""
    steps = count()
    done = False

    def step(*_: str) -> None:
        nonlocal done
        if not done and next(steps) == point:
            done = True
            act()

    world.s3.before = world.catalogue.reading = step
    return lambda: done


def at_every_point(
    world: World, act: Callable[[World], None], work: Callable[[], object], again: Callable[[], None]
) -> int:
    """Do `work` with `act` before its first step, then its second... until it has no more; the number of its steps."""
    for point in range(MOST_POINTS):
        again()
        happened = at_point(world, point, lambda: act(world))
        work()
        world.s3.before = lambda _operation, _key: None
        world.catalogue.reading = lambda: None
        assert world.indexed() == world.sold() or not happened(), f"after something happened at step {point}"
        if not happened():
            return point
    raise AssertionError("there is no end to it")


def others_change(world: World) -> None:
    """A change of another product, a newer change of the same one, and a hidden product, in catalogue and index."""
    world.catalogue.set(a_product("2", "theirs"), a_product("1", "newer"))
    world.catalogue.hide("3")
    world.writer().apply(["1", "2", "3"])


def prepare(world: World) -> None:
    for one in list(world.catalogue.hidden):
        world.catalogue.show(one)
    world.catalogue.set(*(a_product(one) for one in "123456"))
    world.writer().apply("123456")
    world.catalogue.set(a_product("1", "mine"), a_product("3", "mine"), a_product("4", "mine"))
    world.catalogue.hide("5")


def test_two_writers_that_meet_at_any_step_lose_no_change(world: World) -> None:
    points = at_every_point(
        world, others_change, lambda: world.writer().apply(["1", "3", "4", "5"]), lambda: prepare(world)
    )
    assert points >= 4


def test_two_writers_that_meet_at_any_step_of_the_first_index_lose_no_change(world: World) -> None:
    def begin() -> None:
        world.s3.objects.clear()
        world.catalogue.hidden.clear()
        world.catalogue.set(*(a_product(one) for one in "1345"))

    points = at_every_point(world, others_change, lambda: world.writer().apply(["1", "3"]), begin)
    assert points >= 6


def test_a_change_at_any_step_of_a_rebuild_is_in_the_new_index(world: World) -> None:
    def between() -> None:
        prepare(world)
        world.writer().apply(["1", "3", "4", "5"])

    points = at_every_point(world, others_change, lambda: world.writer().rebuild(), between)
    assert points >= 8


def test_a_rebuild_that_ends_at_any_step_of_a_commit_loses_no_change(world: World) -> None:
    points = at_every_point(
        world,
        lambda one: (one.writer().rebuild(), None)[1],
        lambda: world.writer().apply(["1", "3", "4", "5"]),
        lambda: prepare(world),
    )
    assert points >= 4


def test_a_writer_that_always_loses_gives_up_and_its_batch_can_be_repeated(world: World) -> None:
    world.sell(a_product("1"))
    world.catalogue.set(a_product("1", "mine"))
    numbers = count()

    def always_first() -> None:
        one = f"other-{next(numbers)}"
        world.catalogue.reading = lambda: None
        world.sell(a_product(one))
        world.catalogue.reading = always_first

    world.catalogue.reading = always_first
    with pytest.raises(IndexUnavailable):
        world.writer().apply(["1"])
    world.catalogue.reading = lambda: None
    world.writer().apply(["1"])
    assert world.indexed() == world.sold()


def test_a_writer_that_loses_deletes_its_pack(world: World) -> None:
    world.sell(a_product("1"), a_product("2"))
    world.catalogue.set(a_product("1", "mine"))
    packs = world.s3.packs

    def win(operation: str, key: str) -> None:
        if (operation, key) == ("put", MANIFEST):
            world.s3.before = lambda _operation, _key: None
            world.sell(a_product("2", "theirs"))

    world.s3.before = win
    world.writer().apply(["1"])
    assert len(world.s3.packs - packs) == 2


# Writers that die ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", ["before", "after"])
@pytest.mark.parametrize("rebuilds", [False, True])
def test_a_repetition_after_any_failed_request_completes_the_work(world: World, effect: str, rebuilds: bool) -> None:
    """Each request in turn fails before or after it took effect."""
    for point in range(MOST_POINTS):
        prepare(world)
        steps = count()

        def fail(_operation: str, _key: str, point: int = point, steps: count[int] = steps) -> None:
            if next(steps) == point:
                raise EndpointConnectionError(endpoint_url="https://s3.example.com")

        setattr(world.s3, effect, fail)
        failed = False
        try:
            world.writer().rebuild() if rebuilds else world.writer().apply("1345")
        except IndexUnavailable:
            failed = True
        world.s3.before = world.s3.after = lambda _operation, _key: None
        world.writer().apply("1345")
        assert world.indexed() == world.sold(), f"after request {point} failed"
        if not failed:
            assert point >= 3
            return
    raise AssertionError("there is no end to it")


def test_a_publication_whose_answer_was_lost_counts_as_published(world: World) -> None:
    """The client repeats it by itself, and is refused because of its own first attempt."""
    world.sell(a_product("1"))
    world.catalogue.set(a_product("1", "mine"))

    def lose(operation: str, key: str) -> None:
        if (operation, key) == ("put", MANIFEST):
            world.s3.after = lambda _operation, _key: None
            raise refusal("PreconditionFailed")

    world.s3.after = lose
    assert world.writer().apply(["1"]) == 1
    assert world.titles() == ["mine"]


# Packs that nobody reads ---------------------------------------------------------------------------------------------


def test_an_unused_pack_is_kept_for_readers_for_a_while_and_then_deleted(world: World) -> None:
    world.sell(a_product("1"))
    [first] = world.s3.packs
    for number in range(12):
        world.sell(a_product("1", f"Cup {number}"))
    stored = world.store.load()
    assert stored is not None
    assert stored.manifest is not None
    assert first.rpartition("/")[2] in stored.manifest.retired
    assert first in world.s3.packs
    world.now += GRACE + timedelta(seconds=1)
    world.sell(a_product("1", "last"))
    assert first not in world.s3.packs
    world.sell(a_product("1", "the very last"))
    assert world.titles() == ["the very last"]


def test_a_rebuild_removes_packs_of_dead_writers_after_a_day(world: World) -> None:
    world.sell(a_product("1"))
    world.s3.page = 2
    for number in range(5):
        world.s3.put_object(Bucket="bucket", Key=f"index/packs/orphan-{number}", Body=b"?")
    world.writer().rebuild()
    assert len([key for key in world.s3.packs if "orphan" in key]) == 5
    world.now += timedelta(days=1, seconds=1)
    world.writer().rebuild()
    assert not [key for key in world.s3.packs if "orphan" in key]
    assert world.titles() == ["Cup"]


# Damage --------------------------------------------------------------------------------------------------------------


def damage(world: World, how: str) -> None:
    match how:
        case "lost packs":
            for key in world.s3.packs:
                del world.s3.objects[key]
        case "other bytes":
            for key in world.s3.packs:
                world.s3.objects[key] = bytes(len(world.s3.objects[key]))
        case "cut short":
            for key in world.s3.packs:
                world.s3.objects[key] = world.s3.objects[key][:-1]
        case "no manifest text":
            world.s3.objects[MANIFEST] = b"<html>"
        case "another format":
            world.s3.objects[MANIFEST] = world.s3.objects[MANIFEST].replace(b'"format":1', b'"format":0')


DAMAGES = ["lost packs", "other bytes", "cut short", "no manifest text", "another format"]


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_index_is_an_error_until_it_is_rebuilt(world: World, how: str) -> None:
    world.sell(a_product("1"), a_product("2"))
    damage(world, how)
    world.catalogue.set(a_product("1", "changed meanwhile"))
    with pytest.raises(IndexUnavailable):
        world.search("cup")
    with pytest.raises(Damaged):
        world.writer().apply(["1"])
    assert world.writer().rebuild() == 2
    assert world.indexed() == world.sold()
    assert world.writer().apply(["1"]) == 0


@pytest.mark.parametrize("how", ["lost packs", "no manifest text"])
def test_a_change_during_the_rebuild_of_a_damaged_index_is_in_it(world: World, how: str) -> None:
    def begin() -> None:
        prepare(world)
        world.s3.objects.clear()
        world.writer().rebuild()
        world.catalogue.set(a_product("6", "before"))
        damage(world, how)

    def change(one: World) -> None:
        one.catalogue.set(a_product("2", "theirs"))
        one.catalogue.hide("3")
        try:
            one.writer().apply(["2", "3"])
        except Damaged:
            # The stream brings it again; here that is after the rebuild.
            retried.append(True)

    for point in range(MOST_POINTS):
        begin()
        retried: list[bool] = []
        happened = at_point(world, point, lambda: change(world))
        world.writer().rebuild()
        world.s3.before = lambda _operation, _key: None
        world.catalogue.reading = lambda: None
        if retried:
            world.writer().apply(["2", "3"])
        if not happened():
            assert point >= 8
            return
        assert world.indexed() == world.sold(), f"after a change at step {point}"
    raise AssertionError("there is no end to it")


def test_the_next_change_rebuilds_an_index_whose_manifest_is_lost(world: World) -> None:
    world.sell(a_product("1"), a_product("2"))
    del world.s3.objects[MANIFEST]
    world.sell(a_product("3"))
    assert world.indexed() == world.sold()
    assert len(world.sold()) == 3


# Rebuilds ------------------------------------------------------------------------------------------------------------


def test_a_rebuild_merges_many_files_and_drops_removed_products(world: World) -> None:
    for number in range(6):
        world.sell(a_product(f"{number}"))
    world.catalogue.hide("3")
    world.catalogue.set(a_product("4", "missed by the stream"))
    assert world.writer().rebuild() == 5
    assert world.indexed() == world.sold()
    stored = world.store.load()
    assert stored is not None
    assert stored.manifest is not None
    assert stored.manifest.rebuild is None
    assert len(stored.manifest.packs) == 1


def test_a_rebuild_gives_up_when_another_has_begun(world: World) -> None:
    world.sell(a_product("1"))

    def another() -> None:
        world.catalogue.reading = lambda: None
        world.writer().rebuild()

    world.catalogue.reading = another
    with pytest.raises(Conflict):
        world.writer().rebuild()
    assert world.indexed() == world.sold()


def test_a_rebuild_that_died_is_forgotten(world: World) -> None:
    world.sell(a_product("1"))

    def die() -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example.com")

    world.catalogue.reading = die
    with pytest.raises(EndpointConnectionError):
        world.writer().rebuild()
    world.catalogue.reading = lambda: None
    world.sell(a_product("2"))
    stored = world.store.load()
    assert stored is not None
    assert stored.manifest is not None
    assert stored.manifest.rebuild is not None
    assert stored.manifest.rebuild.touched == {"2"}
    world.now += LONGEST_REBUILD + timedelta(seconds=1)
    world.sell(a_product("3"))
    stored = world.store.load()
    assert stored is not None
    assert stored.manifest is not None
    assert stored.manifest.rebuild is None
    assert world.indexed() == world.sold()


def test_a_rebuild_of_an_empty_catalogue_is_an_empty_index(world: World) -> None:
    assert world.writer().rebuild() == 0
    assert world.search().total == 0


def test_a_product_of_the_same_revision_keeps_its_place(world: World) -> None:
    world.sell(a_product("1", "as it was", revision=3))
    world.catalogue.products["1"] = replace(world.catalogue.products["1"], title="never sent")
    assert world.writer().apply(["1"]) == 0
