"""Texts as people see them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.shared.errors import InvalidValue
from souk.shared.texts import clean_line, clean_text

_FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
_ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "nothing",
    [
        *("", " ", "\t", "\xa0", "\u3000", "\u200b", "\u2060", "\ufeff", "\u00ad", "\u2800", "\u3164", "\u115f\u1160"),
        *("\uffa0", "\u0301", "\u0301\u0302", "\ufe0f", "\U000e0100", "\u200d", "\u200c", "\u202e", "\u2066\u2069"),
        *("\u200e", "\u061c", "\u180e", "\U000e0041\U000e007f", "\U000e0001", "\x85", "\u2028", "\u20dd", "\u034f"),
    ],
    ids=ascii,
)
def test_a_text_with_nothing_to_see_is_empty(nothing: str) -> None:
    assert clean_text(nothing) == clean_line(nothing) == ""


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("Ann\u200b Lee\ufeff", "Ann Lee"),
        ("Zu\u00adcker", "Zucker"),
        ("\u202eann\u202c", "ann"),
        ("\u2066+1 212 555 0142\u2069", "+1 212 555 0142"),
        ("\u3164Ann\u2800", "Ann"),
        ("pay\u200dpal", "paypal"),
        ("a\ufe0e\ufe0fb", "a\ufe0eb"),
        ("Ann\U000e0041", "Ann"),
        ("\u3000\u5c71\u7530\u3000", "\u5c71\u7530"),
        ("jose\u0301", "jos\u00e9"),
        ("\x93quoted\x94", "quoted"),
    ],
    ids=ascii,
)
def test_what_shows_nothing_is_taken_out(typed: str, seen: str) -> None:
    assert clean_line(typed) == seen


@pytest.mark.parametrize(
    "needed",
    [
        _FAMILY,
        _ENGLAND,
        "\u2764\ufe0f\u200d\U0001f525",
        "1\ufe0f\u20e3",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0d28\u0d4d\u200d",
        "\u05e9\u05dc\u05d5\u05dd \u200eSouk\u200e \u05e9\u05dc\u05d5\u05dd",
        "\u0645\u062d\u0645\u062f",
        "\u845b\U000e0100\u98fe",
        "\u795e \ufa19",
        "\U0001f9ff",
        "\U0001fae9",  # newer than this Python's Unicode
        "\u2803\u2800\u2817",
        "\uf8ff",
        "two\nlines",
    ],
    ids=ascii,
)
def test_what_languages_and_emoji_need_stays(needed: str) -> None:
    assert clean_text(needed) == needed


@pytest.mark.parametrize("bad", ["a\x00b", "a\x7f", "\ud800", "a\ufffe", "\x1b[31m"], ids=ascii)
def test_what_no_store_of_ours_can_carry_is_refused(bad: str) -> None:
    with pytest.raises(InvalidValue):
        clean_text(bad)


@pytest.mark.parametrize("lines", ["a\nb", "a\r\nb", "a\tb", "a\u2028b", "a\u2029b", "a\x85b"], ids=ascii)
def test_a_line_is_one_line(lines: str) -> None:
    with pytest.raises(InvalidValue, match="one line"):
        clean_line(lines)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for clean in (clean_text, clean_line):
        try:
            once = clean(text)
        except InvalidValue:
            continue
        assert clean(once) == once
        assert not once or any(unicodedata.category(sign)[0] in "LNPSC" for sign in once)
