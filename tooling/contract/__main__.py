"""Writes what follows from the handlers' declarations: `python -m tooling.contract`, which `make openapi` calls."""

from __future__ import annotations

from tooling import join_template
from tooling.contract import document, gateway, table
from tooling.contract.routes import routes
from tooling.contract.template import parse_template


def main() -> None:
    declared = routes(parse_template(join_template.join()))
    gateway.FILE.write_text(gateway.with_routes(gateway.FILE.read_text(), declared))
    join_template.TEMPLATE.write_text(join_template.join())
    contract = document.generate()
    document.FILE.write_text(document.as_text(contract))
    table.FILE.write_text(table.with_table(table.FILE.read_text(), contract))


if __name__ == "__main__":
    main()
