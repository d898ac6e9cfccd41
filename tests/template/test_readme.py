"""README's table of endpoints says what the contract says."""

from __future__ import annotations

from tooling.contract.document import generate
from tooling.contract.table import FILE, with_table


def test_the_table_of_endpoints_is_current() -> None:
    assert FILE.read_text() == with_table(FILE.read_text(), generate()), "README's table is stale: run make openapi"


def test_the_table_lists_every_operation_of_the_api_once() -> None:
    document = generate()
    listed = [line for line in FILE.read_text().splitlines() if line.startswith(("| GET `", "| POST `", "| PUT `"))]
    offered = [
        (method, path)
        for path, operations in document["paths"].items()
        for method in operations
        if method in ("get", "post", "put") and (path.startswith(("/api/v1", "/.well-known")))
    ]
    assert len(listed) == len(offered)
