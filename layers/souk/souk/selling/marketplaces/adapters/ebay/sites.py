"""eBay's sites: their code, number, host, country and currencies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """`number` goes into X-EBAY-API-SITEID, `code` into Item.Site; the first currency is the usual one."""

    code: str
    number: int
    host: str
    country: str
    currencies: tuple[str, ...]


# India (203) is left out: no source names the host that shows its listings.
_SITES = (
    Site("US", 0, "www.ebay.com", "US", ("USD",)),
    Site("Canada", 2, "www.ebay.ca", "CA", ("CAD", "USD")),
    Site("UK", 3, "www.ebay.co.uk", "GB", ("GBP",)),
    Site("Australia", 15, "www.ebay.com.au", "AU", ("AUD",)),
    Site("Austria", 16, "www.ebay.at", "AT", ("EUR",)),
    Site("Belgium_French", 23, "www.befr.ebay.be", "BE", ("EUR",)),
    Site("France", 71, "www.ebay.fr", "FR", ("EUR",)),
    Site("Germany", 77, "www.ebay.de", "DE", ("EUR",)),
    Site("eBayMotors", 100, "www.ebay.com", "US", ("USD",)),
    Site("Italy", 101, "www.ebay.it", "IT", ("EUR",)),
    Site("Belgium_Dutch", 123, "www.benl.ebay.be", "BE", ("EUR",)),
    Site("Netherlands", 146, "www.ebay.nl", "NL", ("EUR",)),
    Site("Spain", 186, "www.ebay.es", "ES", ("EUR",)),
    Site("Switzerland", 193, "www.ebay.ch", "CH", ("CHF",)),
    Site("HongKong", 201, "www.ebay.com.hk", "HK", ("HKD",)),
    Site("Ireland", 205, "www.ebay.ie", "IE", ("EUR",)),
    Site("Malaysia", 207, "www.ebay.com.my", "MY", ("MYR",)),
    Site("CanadaFrench", 210, "www.cafr.ebay.ca", "CA", ("CAD", "USD")),
    Site("Philippines", 211, "www.ebay.ph", "PH", ("PHP",)),
    Site("Poland", 212, "www.ebay.pl", "PL", ("PLN",)),
    Site("Singapore", 216, "www.ebay.com.sg", "SG", ("SGD",)),
)

SITES = {site.code: site for site in _SITES}


def listing_url(site: Site, item_id: str) -> str:
    """The page of a listing, for when eBay has not returned it itself (GetItem's ViewItemURL is authoritative)."""
    return f"https://{site.host}/itm/{item_id}"
