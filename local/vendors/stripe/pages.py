"""The pages where a buyer pays. No script and no card number: one button pays, the other is a card that is declined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from local.vendors.page import Frame
from local.vendors.server import Response

_FRAME = Frame(
    "Payment stand-in",
    "A local stand-in for a payment service. No money moves.",
    Path(__file__).with_name("style.css"),
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
)
_SIGNS = {"usd": "$", "gbp": "£", "eur": "€", "cad": "C$", "aud": "A$"}
# ISO 4217: currencies whose smallest unit is not a hundredth, as Stripe counts them.
_WHOLE = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
_THOUSANDTHS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_STATES = {"open": ("waiting", "Waiting"), "complete": ("", "Paid"), "expired": ("over", "Expired")}


def index(sessions: Sequence[dict[str, Any]]) -> Response:
    """Every payment page, newest first."""
    if not sessions:
        hint = '<p class="quiet">A page shows here once an order is placed.</p>'
        return _FRAME.page("Payments", f'<div class="card empty"><h1>No payments yet</h1>{hint}</div>')
    rows = "".join(
        f'<li><a href="/c/pay/{one["id"]}"><span>{_reference(one)}</span>'
        f'<span>{_state(one)} <span class="price">{money(one["amount_total"], one["currency"])}</span></span></a></li>'
        for one in sessions
    )
    return _FRAME.page("Payments", f'<h1>Payments</h1><ul class="card payments">{rows}</ul>')


def payment(session: dict[str, Any], lines: Sequence[dict[str, Any]], *, declined: bool = False) -> Response:
    """One payment page, as its session stands: to pay, paid, or expired."""
    total = money(session["amount_total"], session["currency"])
    match session["status"]:
        case "open":
            title, acts = f"Pay {total}", _acts(session, total)
        case "complete":
            title, acts = f"Paid {total}", _back(_success_url(session), "Return to the shop")
        case _:
            title, acts = "This page has expired", _back(session["cancel_url"], "Back to the shop")
    notice = '<p class="notice" role="alert">Your card was declined. Try again.</p>' if declined else ""
    body = (
        f'<article class="card pay"><h1>{title}</h1><p class="quiet">{_reference(session)}</p>'
        f"{notice}{_lines(lines, session, total)}{acts}</article>"
    )
    return _FRAME.page(title, body)


def unknown() -> Response:
    return _FRAME.page("Not found", '<div class="card empty"><h1>There is no such payment</h1></div>', status=404)


def money(count: int, currency: str) -> str:
    """`count` smallest units, for people."""
    digits = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
    number = f"{Decimal(count).scaleb(-digits):,.{digits}f}"
    return f"{_SIGNS[currency]}{number}" if currency in _SIGNS else f"{escape(currency.upper())} {number}"


def _lines(lines: Sequence[dict[str, Any]], session: dict[str, Any], total: str) -> str:
    rows = "".join(
        f"<li><span>{escape(line['description'])}{_times(line)}</span>"
        f"<span>{money(line['amount_total'], session['currency'])}</span></li>"
        for line in lines
    )
    return f'<ul class="lines">{rows}<li class="sum"><span>Total</span><span>{total}</span></li></ul>'


def _times(line: dict[str, Any]) -> str:
    return f' <span class="quiet">x {line["quantity"]}</span>' if line["quantity"] > 1 else ""


def _acts(session: dict[str, Any], total: str) -> str:
    here = f"/c/pay/{session['id']}"
    until = datetime.fromtimestamp(session["expires_at"], UTC)
    closes = f'Open until <time datetime="{until:%Y-%m-%dT%H:%M:%SZ}">{until:%H:%M} UTC</time>'
    return (
        f'<div class="acts"><form method="post" action="{here}/pay"><button>Pay {total}</button></form>'
        f'<form method="post" action="{here}/decline"><button class="other">Pay with a card that is declined</button>'
        f'</form></div><p class="below quiet">{closes}{_cancel(session)}</p>'
    )


def _cancel(session: dict[str, Any]) -> str:
    url = session["cancel_url"]
    return f' · <a href="{escape(url)}" rel="noreferrer">Back to the shop</a>' if url else ""


def _back(url: str | None, words: str) -> str:
    return f'<p class="below"><a href="{escape(url)}" rel="noreferrer">{words}</a></p>' if url else ""


def _success_url(session: dict[str, Any]) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _reference(session: dict[str, Any]) -> str:
    name = session["client_reference_id"]
    return f"Order {escape(name)}" if name else "Payment"


def _state(session: dict[str, Any]) -> str:
    kind, words = _STATES[session["status"]]
    return f'<span class="state {kind}">{words}</span>'
