#!/usr/bin/env bash
# The tokenizers `default` and `en_stem` leave out every word of 40 *bytes* or more, from the index and from queries. That is
# a long word in English, but 20 letters of Cyrillic and 14 characters of Chinese: a whole Chinese title without blanks
# is one word, and is not found even by itself.
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
titles = ["a" * 39, "a" * 40, "ж" * 19, "ж" * 20, "茶" * 13, "茶" * 14]
writer = index.writer(15_000_000, 1)
for title in titles:
    writer.add_document(tantivy.Document(title=title))
writer.commit()
index.reload()
searcher = index.searcher()
found = {title: searcher.search(index.parse_query(title, ["title"])).count for title in titles}
print("tantivy", version("tantivy"))
for title, count in found.items():
    print(f"{len(title)} x {title[0]} ({len(title.encode())} bytes): found {count}")
assert list(found.values()) == [1, 0, 1, 0, 1, 0], found

CHECK
