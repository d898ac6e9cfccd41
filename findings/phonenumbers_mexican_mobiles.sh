#!/usr/bin/env bash
# Until 2019 a Mexican mobile was written +52 1 and ten digits, and address books, signatures and WhatsApp still have it so.
# The library parses it, but no longer drops the 1: the number is impossible and its E.164 form is not that of the same
# line. Argentina's 15, which is just as local, *is* turned into the 9 of the international form.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
"$folder/venv/bin/python" - <<'CHECK'
import phonenumbers
from phonenumbers import PhoneNumberFormat, format_number, is_possible_number, is_valid_number, parse


def seen(text: str, country: str) -> tuple[str, bool, bool]:
    number = parse(text, country)
    return format_number(number, PhoneNumberFormat.E164), is_possible_number(number), is_valid_number(number)


print("phonenumbers", phonenumbers.__version__)
rows = {text: seen(text, country) for text, country in
        (("+52 55 1234 5678", "MX"), ("+52 1 55 1234 5678", "MX"), ("011 15 1234 5678", "AR"))}
for text, (e164, possible, valid) in rows.items():
    print(f"{text}: {e164}, possible {possible}, valid {valid}")
assert rows["+52 55 1234 5678"] == ("+525512345678", True, True)
assert rows["+52 1 55 1234 5678"] == ("+5215512345678", False, False)
assert rows["011 15 1234 5678"] == ("+5491112345678", True, True)

CHECK
