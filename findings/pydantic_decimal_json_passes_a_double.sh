#!/usr/bin/env bash
# A field of type Decimal takes a JSON number through a double: from 16 digits on its last ones change, without an error.
# The same digits as a JSON text are kept. Money with many digits (a low currency's revenue, 1234567890123456.78) arrives as
# another amount.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.13.5
"$folder/venv/bin/python" - <<'CHECK'
from decimal import Decimal

import pydantic

amount = pydantic.TypeAdapter(Decimal)
number, text = amount.validate_json("1234567890123456.78"), amount.validate_json('"1234567890123456.78"')
print("pydantic", pydantic.VERSION)
print("as a JSON number:", number)
print("as a JSON text:  ", text)
assert (number, text) == (Decimal("1234567890123456.8"), Decimal("1234567890123456.78")), (number, text)

CHECK
