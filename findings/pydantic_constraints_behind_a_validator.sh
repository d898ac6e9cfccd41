#!/usr/bin/env bash
# A constraint that follows a validator in Annotated is still checked, but it is another constraint: the pattern of a text
# is missing from the JSON Schema, so a contract made of it promises less than the service asks for, and a text that is too
# long is refused as if it were a list ("at most 3 items"). In the other order both are as one expects.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.13.5
"$folder/venv/bin/python" - <<'CHECK'
from typing import Annotated, Any

import pydantic
from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

LOWER = StringConstraints(pattern="^[a-z]+$", max_length=3)


def seen(kind: Any) -> tuple[Any, str]:
    adapter = TypeAdapter(kind)
    try:
        adapter.validate_python("abcd")
    except ValidationError as error:
        return adapter.json_schema().get("pattern"), error.errors()[0]["msg"]
    raise AssertionError("four letters were accepted")


behind, before = seen(Annotated[str, AfterValidator(str), LOWER]), seen(Annotated[str, LOWER, AfterValidator(str)])
print("pydantic", pydantic.VERSION)
print("behind a validator: pattern", behind[0], "|", behind[1])
print("before a validator: pattern", before[0], "|", before[1])
assert behind[0] is None and "3 items" in behind[1], behind
assert before[0] == "^[a-z]+$" and "3 characters" in before[1], before
CHECK
