"""The frame of every page of a stand-in: one style, no scripts, nothing loaded from other hosts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from local.vendors.server import Response


@dataclass(frozen=True, slots=True)
class Frame:
    """What the pages of one stand-in share. `brand` and `footer` are plain text.

    `style`: a style sheet added to the shared one. `policy`: the Content-Security-Policy.
    """

    brand: str
    footer: str
    style: Path
    policy: str

    def page(self, title: str, body: str, status: int = 200) -> Response:
        """`title` is text, `body` is HTML."""
        document = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{_style(_SHARED)}{_style(self.style)}</style></head>"
            f'<body><header><a href="/">{escape(self.brand)}</a><small>runs on this machine only</small></header>'
            f"<main>{body}</main><footer>{escape(self.footer)}</footer></body></html>"
        )
        return Response(
            status,
            document.encode(),
            "text/html; charset=utf-8",
            {"Content-Security-Policy": self.policy, "X-Content-Type-Options": "nosniff"},
        )


_SHARED = Path(__file__).with_name("style.css")


@cache
def _style(file: Path) -> str:
    return file.read_text(encoding="utf-8")
