"""Writes what follows from the handlers' declarations: `python -m tooling.contract`, which `make openapi` calls."""

from __future__ import annotations

from tooling.contract import document, gateway, table


def main() -> None:
    contract = document.generate()
    document.FILE.write_text(document.as_text(contract))
    table.FILE.write_text(table.with_table(table.FILE.read_text(), contract))
    gateway.FILE.write_text(gateway.with_routes(gateway.FILE.read_text()))


if __name__ == "__main__":
    main()
