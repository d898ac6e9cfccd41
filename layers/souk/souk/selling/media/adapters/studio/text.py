"""A sales text from the seller's own words: it arranges them and adds only a few labels."""

from __future__ import annotations

import re
import unicodedata

from souk.selling.media.model import MediaBrief

# Every word that this provider adds to the seller's own.
CONNECTING_WORDS = frozenset(("details", "condition"))

_SENTENCE_END = (".", "!", "?", "…", ":", "\u3002", "\uff01", "\uff1f")


class StudioText:
    """TextProvider without a generative model."""

    def enrich_description(self, brief: MediaBrief) -> str:
        """Plain text in paragraphs: the title, the description, then the facts as a list."""
        title = _line(brief.title)
        paragraphs = [_sentence(paragraph) for paragraph in _paragraphs(brief.description)]
        # A description that begins with the title does not need it twice.
        if title and not (paragraphs and _folded(paragraphs[0]).startswith(_folded(title))):
            paragraphs.insert(0, _sentence(title))
        facts = _facts(brief)
        if facts:
            paragraphs.append("\n".join(("Details:", *(f"• {name}: {value}" for name, value in facts))))
        return "\n\n".join(paragraphs)


def _facts(brief: MediaBrief) -> list[tuple[str, str]]:
    facts = [
        (_line(name), ", ".join(filter(None, map(_line, values)))) for name, values in brief.item_specifics.items()
    ]
    condition = _line(brief.condition)
    if condition and not any(_folded(name) == "condition" for name, _ in facts):
        facts.insert(0, ("Condition", condition))
    return [(name, value) for name, value in facts if name and value]


def _paragraphs(text: str) -> list[str]:
    return [line for line in map(_line, re.split(r"\n\s*\n", text.replace("\r\n", "\n"))) if line]


def _line(text: str) -> str:
    """The text as one line with single spaces and no control characters."""
    visible = "".join(" " if unicodedata.category(character) == "Cc" else character for character in text)
    return " ".join(visible.split())


def _sentence(text: str) -> str:
    capital = text[:1].upper() + text[1:] if len(text[:1].upper()) == 1 else text
    return capital if capital.endswith(_SENTENCE_END) else f"{capital}."


def _folded(text: str) -> str:
    return text.casefold().rstrip(".")
