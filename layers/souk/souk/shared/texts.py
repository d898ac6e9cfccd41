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

_FILLERS: Final = "\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159"
"""Letters and symbols that are drawn as blanks: of Hangul, Braille, hieroglyphs and music."""
_BLANKS: Final = f" \t\n\r\xa0\u1680{''.join(map(chr, range(0x2000, 0x200B)))}\u202f\u205f\u3000{_FILLERS}"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"})
"""General categories. Marks need a letter to be drawn on. Unassigned code points may be emoji of a newer Unicode."""
_JOINERS: Final = "\u200c\u200d"
_DIRECTIONS: Final = "\u061c\u200e\u200f"
_SELECTORS: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Within a character class of a pattern."""


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
def _signs() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    # Compiled at the first text that needs them: other cold starts do not pay for it.
    invisible = re.compile(
        # The flag of a part of a country is a black flag and at most seven tags: the only use that tags have.
        "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,7}\U000e007f)"
        # Embeddings, overrides and isolates (U+202A-202E, U+2066-2069) reorder what follows them on a label or in a
        # console, so that another name is read than is stored. They are taken out and not refused, since some systems
        # put them around each number that is copied. The marks U+200E, U+200F and U+061C stay: texts in Hebrew and
        # Arabic need them, and they reach no further than their neighbours.
        #
        # The rest of what Unicode never draws (Default_Ignorable_Code_Point) goes too, assigned or not.
        "|[\x80-\x84\x86-\x9f\xad\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
        "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
    )
    shaping = f"{_JOINERS}{_DIRECTIONS}{_SELECTORS}\u034f"
    runs = re.compile(f"([^{shaping}]?)([{shaping}]+)", re.DOTALL)
    # NFC replaces compatibility ideographs by unified ones, and there are people whose name has one of the former.
    composable = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
    return invisible, runs, composable


def _without_invisible_signs(text: str) -> str:
    invisible, runs, _ = _signs()
    text = invisible.sub(lambda found: found[1] or "", text)
    text = text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return runs.sub(_bounded, _composed(text))


def _bounded(found: re.Match[str]) -> str:
    """A sign, and behind it one of each kind that shapes it or what follows: more could only hide something."""
    before, run = found.groups()
    # A variation selector chooses the shape of the sign before it, and U+034F keeps marks on it apart.
    has_shape = before not in _BLANKS
    # Persian, scripts of India and families of emoji need a joiner behind a letter or a sign; no script before Hebrew.
    is_joined = has_shape and before >= "\u0590" and not "\u2000" <= before <= "\u206f"
    kept: dict[str, str] = {}
    for sign in run:
        if sign in _DIRECTIONS:
            kept.setdefault(sign, sign)
        elif sign in _JOINERS:
            if is_joined:
                kept.setdefault("joiner", sign)
        elif has_shape:
            kept.setdefault(sign if sign == "\u034f" else "selector", sign)
    return before + "".join(kept.values())


def _composed(text: str) -> str:
    import unicodedata

    if unicodedata.is_normalized("NFC", text):
        return text
    *_, composable = _signs()
    return composable.sub(lambda part: unicodedata.normalize("NFC", part[0]), text)


def _shows_something(text: str) -> bool:
    import unicodedata

    return any(character not in _FILLERS and unicodedata.category(character) not in _UNSEEN for character in text)
