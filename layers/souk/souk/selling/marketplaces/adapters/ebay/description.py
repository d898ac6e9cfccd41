"""A seller's plain text as the HTML that eBay shows. No input of a seller can become markup."""

from __future__ import annotations

import re
from html import escape

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
# Everything that XML 1.0 does not allow: control characters, lone surrogates, the two non-characters.
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """`text` as XML 1.0 allows it: line ends become \\n, forbidden characters, which are invisible, are removed."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def html_description(text: str) -> str:
    """Paragraphs at blank lines, line breaks elsewhere, every character of the seller's escaped."""
    paragraphs = _BLANK_LINES.split(xml_text(text).strip())
    return "".join(f"<p>{escape(paragraph).replace('\n', '<br>')}</p>" for paragraph in paragraphs if paragraph)
