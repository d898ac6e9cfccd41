#!/usr/bin/env bash
# Two forms of a file that python-multipart does not hand out as one. A part whose name is given as `filename*=` only
# (RFC 5987, as some HTTP libraries write names that are not ASCII) is a *field*. And when the body ends before the last
# boundary, as a broken upload does, neither `write` nor `finalize` raises, and the file is simply not there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-multipart==0.0.34
"$folder/venv/bin/python" - <<'CHECK'
from importlib.metadata import version

from python_multipart.multipart import create_form_parser


def read(body: bytes) -> list[str]:
    seen: list[str] = []
    parser = create_form_parser(
        {"Content-Type": b"multipart/form-data; boundary=b"},
        lambda field: seen.append(f"field {field.field_name!r}"),
        lambda file: seen.append(f"file {file.field_name!r}"),
    )
    parser.write(body)
    parser.finalize()
    return seen


def part(name: bytes, end: bytes) -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="photo"; ' + name + b"\r\n\r\nbytes" + end


LAST = b"\r\n--b--\r\n"
rows = {
    'filename="a.png"': read(part(b'filename="a.png"', LAST)),
    "filename*= only": read(part(b"filename*=UTF-8''%C3%A4.png", LAST)),
    "without the last boundary": read(part(b'filename="a.png"', b"")),
}
print("python-multipart", version("python-multipart"))
for what, seen in rows.items():
    print(f"{what}: {seen}")
assert list(rows.values()) == [["file b'photo'"], ["field b'photo'"], []], rows

CHECK
