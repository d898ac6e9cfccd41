"""Texts as people see them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
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
        # Not assigned yet, and never to be seen. The last ones are assigned, and drawn as blanks.
        *("\u2065", "\ufff0", "\ufff8", "\U000e0000", "\U000e0002", "\U000e0080", "\U000e01f0", "\U000e0fff"),
        *("\U0001bca0", "\u17b4", "\u180b", "\U0001d159", "\U00013441\U00013442"),
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
        ("An\u2065n\ufff3\U000e0101\U000e0fff", "Ann\U000e0101"),
        ("a\ufe0f\u200d\ufe0f\u200db", "a\ufe0fb"),
        ("a\u200d\ufe0f\u200c\ufe0e", "a\ufe0f"),
        ("a\u034f\ufe0f\u034f\ufe0fb", "a\u034f\ufe0fb"),
        ("\u0915\u200d\u200c\u200d", "\u0915\u200d"),
        ("a\u200e\u200f\u200e\u200fb", "a\u200e\u200fb"),
        ("\u212b\u200d", "\u00c5"),
        ("\u17b4\u1780", "\u1780"),
        (f"\U0001f3f4{'\U000e0067' * 8}\U000e007f", "\U0001f3f4"),
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
        "\U0001f3f3\ufe0f\u200d\u26a7\ufe0f",
        "\U0001f9d4\U0001f3fd\u200d\u2642\ufe0f",
        "\u0930\u094d\u200d\u092f",
        "\u09b0\u200d\u09cd\u09af",
        "\u182d\u180b\u200d",
        "\u05d0\u05b7\u034f\u05b5",
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


# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt: never drawn, assigned or not.
_IGNORABLE = frozenset(
    chr(code)
    for first, last in (
        *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
        *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
        *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    )
    for code in range(first, last + 1)
)
_DRAWN_AS_BLANKS = frozenset("\u2800\U0001d159\U00013441\U00013442")
_TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(sorted(_IGNORABLE | _DRAWN_AS_BLANKS)),
        st.sampled_from("aB1 \n\u05d0\u0915\u0301\u034f\u200c\u200d\u200e\u200f\ufe0f\U0001f3f4\U000e0067\U000e007f"),
    )
)


def _is_seen(sign: str) -> bool:
    unseen = {"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"}
    return sign not in _IGNORABLE | _DRAWN_AS_BLANKS and unicodedata.category(sign) not in unseen


@given(_TEXTS)
@example("\u2065\U0001d159")
@example("\u212b\u200d")
def test_cleaning_twice_is_cleaning_once_and_what_is_left_can_be_seen(text: str) -> None:
    for clean in (clean_text, clean_line):
        try:
            once = clean(text)
        except InvalidValue:
            continue
        assert clean(once) == once
        assert not once or any(map(_is_seen, once))


def test_no_sign_that_is_never_drawn_is_something_to_see() -> None:
    shown = [sign for sign in sorted(_IGNORABLE | _DRAWN_AS_BLANKS) if clean_text(sign) or clean_line(sign * 3)]
    assert shown == []


@given(_TEXTS)
@example("\ufe0f\u200d" * 8)
@example("\u200e\u200f" * 8)
@example("\u034f" * 15)
def test_few_signs_that_are_never_drawn_stand_side_by_side(text: str) -> None:
    """A selector, a joiner of letters, one of marks, and a mark of each direction; behind a flag 8 tags."""
    try:
        cleaned = clean_text(f"a{text}")
    except InvalidValue:
        return
    fillers = "\u115f\u1160\u3164\uffa0"  # blanks, which are as wide as others
    hidden = "".join("-" if sign in _IGNORABLE and sign not in fillers else " " for sign in cleaned)
    assert max(map(len, hidden.split()), default=0) <= 8 + 6
