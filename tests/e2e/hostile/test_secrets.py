"""After all other tests: no secret is in a table, in a log, or in an answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.testing import LocalStack
from tests.e2e.account import Heard
from tests.e2e.selling import Made, Seller, approved, aws, resource, task_token

# The vendor's own memory, and the unpacked code.
_NOT_OURS = frozenset({"ebay", "unpacked", "scratch"})
_GIVING_TOKENS = ("/auth/", "/register", "/login")


@pytest.fixture(scope="module")
def journey(souk: LocalStack, heard: Heard, made: Made) -> Heard:
    """Every way in which a secret moves, once more for a run of this file alone.

    A refusal of a secret is an answer too: wrong passwords and tokens are sent where they are refused.
    """
    seller = Seller(souk, heard, "dev-ebay-expired-secret", refresh_token="dev-ebay-refresh-secret")
    listing = approved(made, seller)
    heard.secrets.add(task_token(seller, listing))
    assert seller.publish(listing).status_code == 200
    renewed = seller.expect(200, "POST", "/auth/refresh", {"refresh_token": seller.refresh_token})
    heard.secrets |= {renewed["token"], renewed["refresh_token"]}
    wrong = "wrong-password-that-is-a-secret-too"
    seller.expect(401, "POST", "/auth/login", {"email": seller.email, "password": wrong})
    seller.expect(400, "PUT", "/platforms/ebay/credentials", {"access_token": "secret token of two words"})
    seller.expect(400, "POST", "/auth/register", {"email": "nobody", "password": wrong})
    seller.ask("GET", "/platforms/ebay/credentials")
    seller.ask("GET", f"/listings/{listing}?token={wrong}")
    heard.secrets |= {wrong, "secret token of two words"}
    return heard


@pytest.fixture(scope="module")
def folder(souk: LocalStack, journey: Heard) -> Iterator[Path]:
    """The stack's folder while the stack is stopped: everything is on disk, and nobody replaces a file that is read."""
    souk.stop()
    yield souk.data
    souk.start()


def test_no_item_of_a_table_holds_a_secret(souk: LocalStack, journey: Heard) -> None:
    tables = aws(souk.places.endpoint, "dynamodb")
    found = 0
    for logical in ("IdentityTable", "ListingsTable"):
        for page in tables.get_paginator("scan").paginate(TableName=resource(souk, logical)):
            for item in page["Items"]:
                found += 1
                # A waiting workflow's token is kept in `wait`, and only there.
                text = _text({name: value for name, value in item.items() if name != "wait"})
                assert _spoken(text, journey.secrets) == set(), item["pk"]
    assert found > 10


def test_no_answer_contains_a_secret(journey: Heard) -> None:
    """Except the routes that return a token to a caller that has just sent a password or a token."""
    assert len(journey.answers) > 10
    for path, text in journey.answers:
        if not any(part in path for part in _GIVING_TOKENS):
            assert _spoken(text, journey.secrets) == set(), path


def test_no_answer_shows_internals(journey: Heard) -> None:
    for path, text in journey.answers:
        assert not any(trace in text for trace in ("Traceback", "botocore", "/var/task", 'File "')), path


def test_no_file_of_the_stack_holds_a_secret(folder: Path, journey: Heard) -> None:
    """The emulator's own files hold task tokens and its keys; no password and no token of a person's or of eBay's."""
    secrets = {secret for secret in journey.secrets if not _is_task_token(secret)}
    encoded = {base64.b64encode(secret.encode()).decode().rstrip("=")[:-2] for secret in secrets}
    files = [
        file for file in folder.rglob("*") if file.is_file() and not _NOT_OURS & set(file.relative_to(folder).parts)
    ]
    assert {"functions.log", "cloud.log", "dynamodb.json", "stepfunctions.json"} <= {file.name for file in files}
    for file in files:
        assert _spoken(file.read_bytes().decode("latin-1"), secrets | encoded) == set(), file


def test_no_log_line_holds_a_task_token(folder: Path, journey: Heard) -> None:
    tokens = {secret for secret in journey.secrets if _is_task_token(secret)}
    assert tokens
    for file in folder.glob("*.log*"):
        assert _spoken(file.read_text(errors="replace"), tokens) == set(), file


def _spoken(text: str, secrets: set[str]) -> set[str]:
    return {secret for secret in secrets if secret in text}


def _is_task_token(secret: str) -> bool:
    return len(secret) > 8 and not secret.startswith(("dev-ebay", "souk_", "eyJ", "password", "wrong", "secret"))


def _text(item: Any) -> str:
    """With bytes decoded as text."""
    return json.dumps(item, default=lambda value: bytes(value).decode("latin-1"))
