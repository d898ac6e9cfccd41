"""The pages that show the listings to buyers. No scripts; descriptions are shown in a sandboxed frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path

from local.vendors.ebay import catalogue
from local.vendors.ebay.items import picture_urls
from local.vendors.ebay.store import Listing
from local.vendors.page import Frame
from local.vendors.server import Response

_FRAME = Frame(
    "Marketplace stand-in",
    "A local stand-in for a marketplace. Nothing here is for sale.",
    Path(__file__).with_name("style.css"),
    "default-src 'none'; img-src 'self' https:; style-src 'unsafe-inline'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'",
)
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€", "CAD": "C$", "AUD": "A$"}
_DESCRIPTION_STYLE = (
    "<meta charset=utf-8><meta name=color-scheme content='light dark'><style>body{margin:0;font:16px/1.6 system-ui,"
    "sans-serif;overflow-wrap:anywhere;color:light-dark(#1c1d1f,#ecedee);background:light-dark(#fff,#1f2125)}"
    "p{margin:0 0 1em;max-width:68ch}img{max-width:100%}</style>"
)


def index(listings: Sequence[Listing], base_url: str) -> Response:
    """Every listing, newest first."""
    if not listings:
        hint = '<p class="quiet">Listings show here once published.</p>'
        return _FRAME.page("Listings", f'<div class="card empty"><h1>Nothing listed yet</h1>{hint}</div>')
    cards = "".join(f"<li>{_card(listing, base_url)}</li>" for listing in listings)
    live = sum(listing.live for listing in listings)
    count = f'<p class="quiet">{live} live, {len(listings) - live} ended</p>'
    return _FRAME.page("Listings", f'<h1>Listings</h1>{count}<ul class="shelf">{cards}</ul>')


def listing(shown: Listing | None, base_url: str) -> Response:
    """One listing, or a page that says there is none."""
    if shown is None:
        return _FRAME.page("Not found", '<div class="card empty"><h1>There is no such listing</h1></div>', status=404)
    body = (
        f'<article class="item">{_gallery(shown, base_url)}{_offer(shown)}</article>'
        f"{_specifics(shown)}{_description(shown)}"
    )
    return _FRAME.page(shown.title, body)


def _card(listing: Listing, base_url: str) -> str:
    pictures = picture_urls(listing, base_url)
    picture = f'<img src="{escape(pictures[0])}" alt="" loading="lazy">' if pictures else '<span class="blank"></span>'
    return (
        f'<a class="card" href="/itm/{listing.item_id}">{picture}<div><p>{escape(listing.title)}</p>'
        f'<span class="price">{_money(listing.price, listing.currency)}</span> {_state(listing)}</div></a>'
    )


def _gallery(listing: Listing, base_url: str) -> str:
    pictures = picture_urls(listing, base_url)
    title = escape(listing.title)
    frames = "".join(
        f'<figure id="picture-{number}"><img src="{escape(url)}" alt="{title}, picture {number}"></figure>'
        for number, url in enumerate(pictures, start=1)
    )
    thumbs = "".join(
        f'<a href="#picture-{number}"><img src="{escape(url)}" alt="Show picture {number}"></a>'
        for number, url in enumerate(pictures, start=1)
    )
    below = f'<nav class="thumbs" aria-label="Pictures">{thumbs}</nav>' if len(pictures) > 1 else ""
    shown = f'<div class="frames" tabindex="0" role="group" aria-label="Pictures">{frames}</div>'
    return f'<div class="card gallery">{shown}{below}</div>'


def _offer(listing: Listing) -> str:
    place = ", ".join(part for part in (listing.location, listing.postal_code, listing.country) if part)
    rows = [
        ("Condition", escape(catalogue.CONDITIONS.get(listing.condition, "Not given"))),
        ("Available", str(listing.quantity)),
        ("Located in", escape(place)),
        ("Shipping", _shipping(listing)),
        ("Returns", _returns(listing)),
        ("Seller", escape(listing.seller)),
        ("Item number", listing.item_id),
    ]
    return (
        f'<div class="card offer"><h1>{escape(listing.title)}</h1>'
        f'<div class="price">{_money(listing.price, listing.currency)}</div>{_state(listing)}{_rows(rows)}</div>'
    )


def _shipping(listing: Listing) -> str:
    if listing.policies:
        return f"By the seller's policy {escape(listing.policies.get('ShippingProfileID', ''))}"
    lines = [
        f"{_money(service.cost, listing.currency) if Decimal(service.cost) else 'Free'} "
        f'<span class="quiet">{escape(_words(service.service))}</span>'
        for service in listing.shipping
    ]
    if listing.dispatch_days:
        days = int(listing.dispatch_days)
        lines.append(
            '<span class="quiet">Sent the same day</span>'
            if days == 0
            else f'<span class="quiet">Sent within {days} business day{"s" * (days != 1)}</span>'
        )
    return "<br>".join(lines)


def _returns(listing: Listing) -> str:
    if listing.policies:
        return f"By the seller's policy {escape(listing.policies.get('ReturnProfileID', ''))}"
    if listing.returns.get("ReturnsAcceptedOption") != "ReturnsAccepted":
        return "Not accepted"
    days = listing.returns.get("ReturnsWithinOption", "").removeprefix("Days_")
    payer = listing.returns.get("ShippingCostPaidByOption", "").lower()
    return f"Within {escape(days)} days, return shipping paid by the {escape(payer)}"


def _specifics(listing: Listing) -> str:
    if not listing.specifics:
        return ""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(', '.join(values))}</dd></div>" for name, values in listing.specifics
    )
    return f'<section class="card wide"><h2>Item specifics</h2><dl>{rows}</dl></section>'


def _description(listing: Listing) -> str:
    """A sandboxed frame cannot report its height, so it is estimated from the text."""
    lines = sum(1 + len(part) // 60 for part in re.split(r"</p>|<br>|\n", listing.description) if part)
    height = min(max(64 + 30 * lines, 96), 1200)
    document = escape(_DESCRIPTION_STYLE + listing.description, quote=True)
    frame = f'<iframe sandbox title="Description" srcdoc="{document}" style="height:{height}px"></iframe>'
    return f'<section class="card wide"><h2>Description</h2>{frame}</section>'


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows) + "</dl>"


def _state(listing: Listing) -> str:
    return '<span class="state">Live</span>' if listing.live else '<span class="state over">Ended</span>'


def _money(amount: str, currency: str) -> str:
    number = f"{Decimal(amount):,.2f}"
    return f"{_SIGNS[currency]}{number}" if currency in _SIGNS else f"{escape(currency)} {number}"


def _words(name: str) -> str:
    """USPSPriority -> USPS Priority."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_", " ", name)
