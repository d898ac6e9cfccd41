"""Texts as people see them: what shows nothing is taken out, and a text with nothing to see is empty.

Signs without a shape come along when people copy a name or a number from a page or from their contacts. They are taken
out and not refused, because nobody can find in a form what cannot be seen.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from souk.shared.errors import InvalidValue

_FEWEST_DIGITS: Final = 4
"""Of a phone number within one place: some islands have numbers of four digits."""
_MOST_DIGITS: Final = 30
"""Two prefixes, 15 digits (E.164), an extension, and room to write it in another way."""

_FILLERS: Final = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that are drawn as blanks: fillers of Hangul, and Braille without dots."""
_BLANKS: Final = f" \t\n\r\xa0\u1680{''.join(map(chr, range(0x2000, 0x200B)))}\u202f\u205f\u3000{_FILLERS}"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"})
"""General categories. Marks need a letter to be drawn on. Unassigned code points may be emoji of a newer Unicode."""


def clean_text(text: str) -> str:
    """`text` in NFC, without invisible signs; empty when there is nothing to see. Raises InvalidValue."""
    if not text.isprintable():
        _require_storable(text)
    text = _composed(_without_invisible_signs(text))
    return text if _shows_something(text) else ""


def clean_line(text: str) -> str:
    """The same for a single line, without blanks around it. Raises InvalidValue."""
    text = clean_text(text).strip(_BLANKS)
    if "\n" in text or "\r" in text or "\t" in text:
        raise InvalidValue("must be one line", code="wrong_format")
    return text


def phone_line(text: str) -> str:
    """`text`, unless it is no phone number in any country: then raises InvalidValue.

    There may be letters in one: 1-800-FLOWERS, ext. 12. Which country's plan knows it is not asked here.
    """
    digits = sum(character.isdecimal() for character in text)
    if digits < _FEWEST_DIGITS:
        raise InvalidValue(
            f"must be a phone number, of at least {_FEWEST_DIGITS} digits", code="too_short", limit=_FEWEST_DIGITS
        )
    if digits > _MOST_DIGITS:
        raise InvalidValue(
            f"must be one phone number, of at most {_MOST_DIGITS} digits", code="too_long", limit=_MOST_DIGITS
        )
    return text


def _require_storable(text: str) -> None:
    # XML 1.0 and most consoles cannot carry control characters; they are mistakes in every one of our fields.
    if any((character < " " and character not in "\t\n\r") or character == "\x7f" for character in text):
        raise InvalidValue("must not contain control characters", code="wrong_format")
    if any("\ud800" <= character <= "\udfff" or character in "\ufffe\uffff" for character in text):
        raise InvalidValue("must be valid Unicode", code="wrong_format")


@cache
def _signs() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    # Compiled at the first text that needs them: other cold starts do not pay for it.
    invisible = re.compile(
        # The flag of a part of a country is a black flag and tags: the only use that tags have.
        "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f)"
        # Embeddings, overrides and isolates (U+202A-202E, U+2066-2069) reorder what follows them on a label or in a
        # console, so that another name is read than is stored. They are taken out and not refused, since some systems
        # put them around each number that is copied. The marks U+200E, U+200F and U+061C stay: texts in Hebrew and
        # Arabic need them, and they reach no further than their neighbours.
        "|[\x80-\x84\x86-\x9f\xad\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
        "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
    )
    joiners = re.compile("([^\u200c\u200d]?)([\u200c\u200d]+)", re.DOTALL)
    selectors = re.compile("([^\ufe00-\ufe0f\U000e0100-\U000e01ef]?)([\ufe00-\ufe0f\U000e0100-\U000e01ef]+)", re.DOTALL)
    # NFC replaces compatibility ideographs by unified ones, and there are people whose name has one of the former.
    composable = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
    return invisible, joiners, selectors, composable


def _without_invisible_signs(text: str) -> str:
    invisible, joiners, selectors, _ = _signs()
    text = invisible.sub(lambda found: found[1] or "", text)
    text = text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return selectors.sub(_selected, joiners.sub(_joined, text))


def _joined(found: re.Match[str]) -> str:
    # Persian, scripts of India and families of emoji need a joiner behind a letter or a sign; no script before Hebrew.
    before, joiners = found.groups()
    is_needed = before >= "\u0590" and before not in _BLANKS and not "\u2000" <= before <= "\u206f"
    return before + (joiners[0] if is_needed else "")


def _selected(found: re.Match[str]) -> str:
    # A variation selector chooses the shape of the sign before it.
    before, selectors = found.groups()
    return before + (selectors[0] if before and before not in _BLANKS else "")


def _composed(text: str) -> str:
    import unicodedata

    if unicodedata.is_normalized("NFC", text):
        return text
    *_, composable = _signs()
    return composable.sub(lambda part: unicodedata.normalize("NFC", part[0]), text)


def _shows_something(text: str) -> bool:
    import unicodedata

    return any(character not in _FILLERS and unicodedata.category(character) not in _UNSEEN for character in text)
