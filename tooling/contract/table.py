"""README's table of endpoints, written between two comments."""

from __future__ import annotations

from typing import Any

from tooling.contract.template import ROOT

FILE = ROOT / "README.md"
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
