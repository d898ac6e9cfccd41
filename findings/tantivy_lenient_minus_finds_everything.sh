#!/usr/bin/env bash
# parse_query_lenient is meant for what people type. A minus before a word excludes it, and a query that only excludes finds
# all other documents: "-5", as in a temperature or a part number, answers the whole catalogue; the complaint about it is
# in the list of errors that a lenient parse is made to ignore. The strict parser refuses the same text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tantivy==0.27.0
"$folder/venv/bin/python" - <<'CHECK'
from importlib.metadata import version

import tantivy

schema = tantivy.SchemaBuilder()
schema.add_text_field("title", stored=True)
index = tantivy.Index(schema.build())
writer = index.writer(15_000_000, 1)
for title in ("blue cup", "red cup", "green vase"):
    writer.add_document(tantivy.Document(title=title))
writer.commit()
index.reload()
query, errors = index.parse_query_lenient("-5", ["title"])
lenient = index.searcher().search(query).count
try:
    index.parse_query("-5", ["title"])
    strict = "accepted"
except ValueError as error:
    strict = f"refused ({error})"
print("tantivy", version("tantivy"))
print(f"lenient: {lenient} of 3 found, errors {errors}; strict: {strict}")
assert lenient == 3 and strict.startswith("refused"), (lenient, strict)

CHECK
