"""Passwords are hashed with Argon2id, all at the same cost."""

import statistics
import time

import pytest

from souk.accounts.auth.adapters.passwords import DUMMY_HASH, has_current_cost, hash_password, is_password


@pytest.fixture(scope="module")
def encoded() -> str:
    return hash_password("correct horse battery")


def test_only_the_right_password_matches_its_hash(encoded: str) -> None:
    assert is_password("correct horse battery", encoded)
    assert not is_password("correct horse batterY", encoded)
    assert not is_password("", encoded)


def test_the_same_password_never_hashes_to_the_same_text(encoded: str) -> None:
    assert hash_password("correct horse battery") != encoded


def test_the_hash_is_argon2id_and_holds_no_password(encoded: str) -> None:
    assert encoded.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert "horse" not in encoded


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    assert is_password("cafe\u0301 au lait", hash_password("caf\u00e9 au lait"))


def test_letters_that_only_look_alike_are_another_password() -> None:
    assert not is_password("\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44", hash_password("password"))


def test_the_dummy_hash_has_the_current_cost(encoded: str) -> None:
    assert has_current_cost(DUMMY_HASH)
    assert has_current_cost(encoded)


def test_verifying_the_dummy_hash_takes_as_long_as_a_wrong_password(encoded: str) -> None:
    def seconds(of: str) -> float:
        started = time.process_time()
        is_password("not the password", of)
        return time.process_time() - started

    pairs = [(seconds(encoded), seconds(DUMMY_HASH)) for _ in range(7)]
    known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert 0.7 < unknown / known < 1.4
