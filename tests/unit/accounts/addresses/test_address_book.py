"""Editing an address book, alone and while another call edits it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from souk.accounts.addresses.adapters.phone_numbers import PhoneNumbers
from souk.accounts.addresses.adapters.postal_data import PostalData
from souk.accounts.addresses.model import Address, AddressBook
from souk.accounts.addresses.service import AddressService
from souk.aws.idempotency import IdempotencyKey
from souk.shared.errors import Conflict, DependencyUnavailable, InvalidRequest, NotFound, PreconditionFailed
from souk.shared.versioned import Stale, Versions
from tests.unit.accounts.auth.people import FakeClock

OWNER = "owner"


def make_address(address_id: str, **changes: object) -> Address:
    facts: dict[str, object] = {
        "id": address_id,
        "account_id": OWNER,
        "full_name": "John Doe",
        "line1": "123 Main St",
        "line2": None,
        "city": "New York",
        "state": "NY",
        "postal_code": "10001",
        "country": "US",
        "phone": None,
        "version": 1,
        **changes,
    }
    return Address(**facts)  # type: ignore[arg-type]


class FakeStore:
    """An address book in memory. `meanwhile` are concurrent changes; each runs once, right after a read."""

    def __init__(self, *ids: str) -> None:
        self.addresses = {address_id: make_address(address_id) for address_id in ids}
        self.default_id: str | None = ids[0] if ids else None
        self.meanwhile: list[Callable[[], None]] = []

    def book(self, account_id: str) -> AddressBook:
        newest_first = sorted(self.addresses.values(), key=lambda address: address.id, reverse=True)
        found = AddressBook(tuple(newest_first), self.default_id)
        self._change_meanwhile()
        return found

    def get(self, account_id: str, address_id: str) -> tuple[Address | None, str | None]:
        found = self.addresses.get(address_id), self.default_id
        self._change_meanwhile()
        return found

    def add(
        self, address: Address, now: datetime, *, becomes_default: bool, idempotency: IdempotencyKey | None
    ) -> None:
        self.addresses[address.id] = address
        if becomes_default or self.default_id is None:
            self.default_id = address.id

    def save(self, before: Address, after: Address, *, becomes_default: bool) -> None:
        if self.addresses.get(before.id) != before:
            raise Stale
        self.addresses[after.id] = after
        if becomes_default:
            self.default_id = after.id

    def remove(self, address: Address, next_default: str | None, *, was_default: bool) -> None:
        if self.addresses.get(address.id) != address or was_default != (self.default_id == address.id):
            raise Stale
        if was_default:
            if (next_default is None) != (len(self.addresses) == 1):
                raise Stale
            if next_default is not None and next_default not in self.addresses:
                raise Stale
            self.default_id = next_default
        del self.addresses[address.id]

    def _change_meanwhile(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()


def make_service(store: FakeStore) -> AddressService:
    return AddressService(store, PostalData(), PhoneNumbers(), FakeClock())


def update(
    store: FakeStore,
    address_id: str,
    *,
    is_default: bool | None = None,
    if_match: Versions | None = None,
    **changes: object,
) -> tuple[Address, bool]:
    return make_service(store).update(OWNER, address_id, changes, is_default=is_default, if_match=if_match)


def test_the_first_address_becomes_the_default() -> None:
    store = FakeStore()
    assert make_service(store).add(make_address("a"), becomes_default=False, idempotency=None)[1]
    assert not make_service(store).add(make_address("b"), becomes_default=False, idempotency=None)[1]
    assert make_service(store).add(make_address("c"), becomes_default=True, idempotency=None)[1]
    assert store.default_id == "c"


def test_after_the_default_is_removed_the_newest_of_the_others_is_the_default() -> None:
    store = FakeStore("a", "b", "c")
    make_service(store).remove(OWNER, "a", None)
    assert store.default_id == "c"
    make_service(store).remove(OWNER, "b", None)
    assert store.default_id == "c"
    make_service(store).remove(OWNER, "c", None)
    assert store.default_id is None


def test_an_address_removed_at_the_same_time_does_not_become_the_default() -> None:
    store = FakeStore("a", "b", "c")
    rival = make_service(store)
    store.meanwhile = [lambda: rival.remove(OWNER, "c", None)]
    make_service(store).remove(OWNER, "a", None)
    assert (set(store.addresses), store.default_id) == ({"b"}, "b")


def test_an_address_that_becomes_the_default_while_it_is_removed_gets_a_successor() -> None:
    store = FakeStore("a", "b")
    store.meanwhile = [lambda: setattr(store, "default_id", "b")]
    make_service(store).remove(OWNER, "b", None)
    assert (set(store.addresses), store.default_id) == ({"a"}, "a")


def test_the_second_of_two_concurrent_removals_is_not_found() -> None:
    store = FakeStore("a", "b")
    rival = make_service(store)
    store.meanwhile = [lambda: rival.remove(OWNER, "b", None)]
    with pytest.raises(NotFound):
        make_service(store).remove(OWNER, "b", None)


def test_an_edit_keeps_a_concurrent_edit() -> None:
    store = FakeStore("a")
    store.meanwhile = [lambda: store.addresses.update(a=make_address("a", city="Boston", version=2))]
    address, _ = update(store, "a", line1="1 High St")
    assert (address.city, address.line1, address.version) == ("Boston", "1 High St", 3)


def test_if_match_refuses_to_overwrite_a_concurrent_edit() -> None:
    store = FakeStore("a")
    store.meanwhile = [lambda: store.addresses.update(a=make_address("a", city="Boston", version=2))]
    with pytest.raises(PreconditionFailed):
        update(store, "a", if_match={1}, line1="1 High St")
    assert store.addresses["a"].line1 == "123 Main St"


def test_endless_concurrent_edits_are_a_503() -> None:
    store = FakeStore("a")

    def edit() -> None:
        store.addresses["a"] = replace(store.addresses["a"], version=store.addresses["a"].version + 1)

    store.meanwhile = [edit] * 20
    with pytest.raises(DependencyUnavailable):
        update(store, "a", line1="1 High St")


def test_the_default_can_be_moved_but_not_cleared() -> None:
    store = FakeStore("a", "b")
    with pytest.raises(Conflict) as refused:
        update(store, "a", is_default=False)
    assert refused.value.code == "default_address_needed"
    assert update(store, "b", is_default=True)[1]
    assert not update(store, "a", is_default=False)[1]
    assert store.default_id == "b"


def test_an_edit_that_changes_nothing_writes_nothing() -> None:
    store = FakeStore("a")
    assert update(store, "a")[0].version == 1
    assert update(store, "a", is_default=True)[0].version == 1


def test_everything_that_a_country_needs_and_an_address_lacks_is_named_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        make_service(FakeStore()).add(
            make_address("a", city=None, postal_code=None), becomes_default=False, idempotency=None
        )
    assert [(one.field, one.code) for one in refused.value.problems] == [
        ("city", "required"),
        ("postal_code", "required"),
    ]


def test_what_an_earlier_rule_let_in_is_judged_when_it_is_changed_itself() -> None:
    store = FakeStore()
    store.addresses["a"] = make_address("a", postal_code="1", country="GB", phone="12345")
    assert update(store, "a", line1="1 High St")[0].postal_code == "1"
    with pytest.raises(InvalidRequest, match="postal_code"):
        update(store, "a", city="Leeds")


def test_codes_follow_what_they_are_made_from() -> None:
    store = FakeStore()
    store.addresses["a"] = make_address("a", state="New York", phone="030/1234567")
    moved, _ = update(store, "a", country="DE", postal_code="D-10115", city="Berlin", state=None)
    assert (moved.state_code, moved.phone_e164, moved.postal_code) == (None, "+49301234567", "10115")
    back, _ = update(store, "a", country="US", postal_code="94016", state="ca", phone=None)
    assert (back.state, back.state_code, back.phone_e164) == ("CA", "CA", None)


def test_moving_to_another_country_may_not_leave_an_address_without_a_postal_code() -> None:
    store = FakeStore()
    store.addresses["a"] = make_address("a", country="HK", postal_code=None)
    with pytest.raises(InvalidRequest):
        update(store, "a", country="US")


def test_a_book_is_read_in_pages_each_address_once() -> None:
    book = AddressBook(tuple(make_address(letter) for letter in "edcba"), "a")
    seen: list[str] = []
    after = None
    while True:
        page, after = book.page(2, after)
        seen += [address.id for address in page]
        if after is None:
            break
    assert seen == list("edcba")
