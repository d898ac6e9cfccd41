"""Writes README's table of endpoints from the contract, between two comments: `python -m docs.generate_endpoints`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs.generate_openapi import generate

FILE = Path(__file__).parents[1] / "README.md"
_BEGIN = "<!-- endpoints: written by `make openapi` -->\n"
_END = "<!-- /endpoints -->"


def with_table(readme: str, document: dict[str, Any]) -> str:
    """`readme` with the table of `document`'s operations. Paths are shown below /api/v1, others whole."""
    before, _, rest = readme.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{_table(document)}{_END}{after}"


def _table(document: dict[str, Any]) -> str:
    rows = ["| endpoint | does | function |", "| --- | --- | --- |"]
    for path, operations in document["paths"].items():
        if not path.startswith(("/api/v1/", "/.well-known/")):
            continue  # the contract and its page, which are also found without the prefix
        for method, operation in operations.items():
            function = f"{operation['tags'][0]}/{operation['operationId']}"
            lock = "" if operation.get("security") == [] else " 🔒"
            shown = path.removeprefix("/api/v1")
            rows.append(f"| {method.upper()} `{shown}`{lock} | {operation['summary']} | {function} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    FILE.write_text(with_table(FILE.read_text(), generate()))
