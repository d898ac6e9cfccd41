"""The part of eBay's sites, categories and shipping services that this stand-in knows, to refuse wrong ones."""

from __future__ import annotations

# Site code -> the site's number in the header, and the currencies of its prices.
SITES: dict[str, tuple[str, tuple[str, ...]]] = {
    "US": ("0", ("USD",)),
    "Canada": ("2", ("CAD", "USD")),
    "UK": ("3", ("GBP",)),
    "Australia": ("15", ("AUD",)),
    "Austria": ("16", ("EUR",)),
    "Belgium_French": ("23", ("EUR",)),
    "France": ("71", ("EUR",)),
    "Germany": ("77", ("EUR",)),
    "eBayMotors": ("100", ("USD",)),
    "Italy": ("101", ("EUR",)),
    "Belgium_Dutch": ("123", ("EUR",)),
    "Netherlands": ("146", ("EUR",)),
    "Spain": ("186", ("EUR",)),
    "Switzerland": ("193", ("CHF",)),
    "HongKong": ("201", ("HKD",)),
    "Ireland": ("205", ("EUR",)),
    "Malaysia": ("207", ("MYR",)),
    "CanadaFrench": ("210", ("CAD", "USD")),
    "Philippines": ("211", ("PHP",)),
    "Poland": ("212", ("PLN",)),
    "Singapore": ("216", ("SGD",)),
}
SITE_NUMBERS = frozenset(number for number, _ in SITES.values())

# Known branch categories: a listing needs a leaf category.
_BRANCHES = frozenset(
    {"1", "99", "220", "237", "260", "267", "281", "293", "550", "619", "625", "870", "888", "1249", "1281", "1305",
     "1492", "2984", "6000", "10542", "11116", "11233", "11450", "11700", "12576", "14339", "15032", "20081", "26395",
     "45100", "58058", "64482", "172008", "173484", "316"}
)  # fmt: skip
# eBay's category ids end about here.
_HIGHEST_CATEGORY = 300_000

# Category -> the specifics that a listing in it must have.
REQUIRED_SPECIFICS: dict[str, tuple[str, ...]] = {
    "15230": ("Brand", "Type"),  # film cameras
    "31388": ("Brand", "Model"),  # digital cameras
    "9355": ("Brand", "Model", "Storage Capacity"),  # phones
    "15709": ("Brand", "Department", "Style"),  # athletic shoes
    "177": ("Brand", "Screen Size", "Processor"),  # laptops
}
_NO_CONDITION = frozenset({"172009", "184505"})

CONDITIONS: dict[str, str] = {
    "1000": "New",
    "1500": "Open box",
    "1750": "New with defects",
    "2000": "Certified refurbished",
    "2010": "Excellent - refurbished",
    "2020": "Very good - refurbished",
    "2030": "Good - refurbished",
    "2500": "Seller refurbished",
    "2750": "Like new",
    "2990": "Pre-owned - excellent",
    "3000": "Used",
    "3010": "Pre-owned - fair",
    "4000": "Very good",
    "5000": "Good",
    "6000": "Acceptable",
    "7000": "For parts or not working",
}


def is_category(category: str) -> bool:
    return category.isascii() and category.isdigit() and 0 < int(category) <= _HIGHEST_CATEGORY


def is_leaf(category: str) -> bool:
    return category not in _BRANCHES


def needs_condition(category: str) -> bool:
    return category not in _NO_CONDITION


# Prefixes of the shipping services of a site. Generic services are accepted everywhere.
_SERVICES = {
    "US": ("USPS", "UPS", "FedEx"),
    "eBayMotors": ("USPS", "UPS", "FedEx"),
    "UK": ("UK_",),
    "Germany": ("DE_",),
    "Canada": ("CA_",),
    "CanadaFrench": ("CAFR_", "CA_"),
    "Australia": ("AU_",),
    "France": ("FR_",),
    "Italy": ("IT_",),
    "Spain": ("ES_",),
    "Austria": ("AT_",),
    "Switzerland": ("CH_",),
    "Netherlands": ("NL_",),
    "Poland": ("PL_",),
    "Ireland": ("IE_",),
    "Belgium_French": ("BEFR_",),
    "Belgium_Dutch": ("BENL_",),
    "HongKong": ("HK_",),
    "Singapore": ("SG_",),
    "Malaysia": ("MY_",),
    "Philippines": ("PH_",),
}


def is_shipping_service(site: str, service: str) -> bool:
    return service.startswith(("ShippingMethod", "Other", *_SERVICES.get(site, ())))
