"""DELETE /users/addresses/{id}, and address books under concurrent changes."""

from collections.abc import Callable
from typing import Any

import pytest

from souk.wiring import addresses
from tests.functions.accounts.addresses.address_books import add, listed, require_sound
from tests.functions.accounts.auth.accounts import register
from tests.functions.cloud import Answer, Cloud, Person


@pytest.fixture
def john(cloud: Cloud) -> Person:
    return Person(register(cloud).id)


def delete(cloud: Cloud, who: Person, address_id: str, version: str | None = None) -> Answer:
    headers = {} if version is None else {"If-Match": version}
    return cloud.call("delete_address", caller=who, params={"id": address_id}, headers=headers)


def test_an_address_is_removed(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john).json
    assert delete(cloud, john, made["id"]).status == 204
    assert delete(cloud, john, made["id"]).status == 404
    require_sound(cloud, john)


def test_after_the_default_is_removed_the_newest_of_the_others_is_the_default(cloud: Cloud, john: Person) -> None:
    ids = [add(cloud, john).json["id"] for _ in range(3)]
    delete(cloud, john, ids[0])
    assert [(address["id"], address["is_default"]) for address in listed(cloud, john)] == [
        (ids[2], True),
        (ids[1], False),
    ]
    require_sound(cloud, john)


def test_the_first_address_of_an_emptied_book_is_the_default(cloud: Cloud, john: Person) -> None:
    delete(cloud, john, add(cloud, john).json["id"])
    assert add(cloud, john).json["is_default"] is True
    require_sound(cloud, john)


def test_the_address_of_another_account_is_not_found(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john).json
    assert delete(cloud, Person(register(cloud, "bea@example.com").id), made["id"]).status == 404
    assert listed(cloud, john) == [made]


def test_if_match_refuses_to_remove_a_changed_address(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john).json
    assert delete(cloud, john, made["id"], '"2"').status == 412
    assert delete(cloud, john, made["id"], '"1"').status == 204


def test_removing_is_one_query_and_one_transaction(cloud: Cloud, john: Person) -> None:
    made = add(cloud, john).json
    cloud.calls.clear()
    delete(cloud, john, made["id"])
    assert cloud.operations() == ["dynamodb:Query", "dynamodb:TransactWriteItems"]


# A second change runs between the read and the write of the first; the conditions of the real transactions decide.

type Change = Callable[[Cloud, Person, dict[str, str]], Any]

CHANGES: dict[str, Change] = {
    "remove the default": lambda cloud, who, ids: delete(cloud, who, ids["default"]),
    "remove another": lambda cloud, who, ids: delete(cloud, who, ids["newest"]),
    "remove a third": lambda cloud, who, ids: delete(cloud, who, ids["third"]),
    "move the default": lambda cloud, who, ids: cloud.call(
        "update_address", caller=who, json={"is_default": True}, params={"id": ids["newest"]}
    ),
    "edit": lambda cloud, who, ids: cloud.call(
        "update_address", caller=who, json={"city": "Boston"}, params={"id": ids["newest"]}
    ),
    "add": lambda cloud, who, _: add(cloud, who),
    "add a default": lambda cloud, who, _: add(cloud, who, is_default=True),
}


@pytest.mark.parametrize("rival", CHANGES)
@pytest.mark.parametrize(
    # Moving the default of one address to itself writes nothing, so there is nothing to interrupt.
    ("size", "change"),
    [(size, change) for size in (1, 2, 3) for change in CHANGES if (size, change) != (1, "move the default")],
)
def test_a_concurrent_change_never_leaves_two_defaults_or_none(
    cloud: Cloud, john: Person, monkeypatch: pytest.MonkeyPatch, change: str, rival: str, size: int
) -> None:
    made = [add(cloud, john).json["id"] for _ in range(size)]
    ids = {"default": made[0], "newest": made[-1], "third": made[size // 2]}
    store: Any = addresses.addresses()._store
    before: list[str] = []

    def interrupted(name: str) -> Any:
        real = getattr(store, name)

        def write(*given: Any, **named: Any) -> Any:
            if not before:
                before.append(rival)
                CHANGES[rival](cloud, john, ids)
            return real(*given, **named)

        return write

    for name in ("add", "save", "remove"):
        monkeypatch.setattr(store, name, interrupted(name))
    answer = CHANGES[change](cloud, john, ids)
    assert answer.status in (200, 201, 204, 404)
    assert before == [rival]
    require_sound(cloud, john)


def test_a_default_chosen_while_the_old_one_is_removed_stays(
    cloud: Cloud, john: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, chosen, _newest = (add(cloud, john).json["id"] for _ in range(3))
    store: Any = addresses.addresses()._store
    remove = store.remove

    def late(*given: Any, **named: Any) -> None:
        monkeypatch.setattr(store, "remove", remove)
        choose = {"is_default": True}
        cloud.call("update_address", caller=john, json=choose, params={"id": chosen})
        remove(*given, **named)

    monkeypatch.setattr(store, "remove", late)
    assert delete(cloud, john, oldest).status == 204
    assert [address["id"] for address in listed(cloud, john) if address["is_default"]] == [chosen]
    require_sound(cloud, john)
