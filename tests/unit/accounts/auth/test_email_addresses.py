"""All spellings of an email have one canonical form."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.accounts.auth.model import canonical_email

LETTERS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=20)
LABELS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=20)
EMAILS = st.builds(lambda local, one, two: f"{local}@{one}.{two}", LETTERS, LABELS, LABELS)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("john@example.com", "john@example.com"),
        ("  John@Example.COM\n", "john@example.com"),
        ("\uff4a\uff4f\uff48\uff4e@example.com", "john@example.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("john@MÜNCHEN.de", "john@xn--mnchen-3ya.de"),
        ("first.last+tag@sub.example.co.uk", "first.last+tag@sub.example.co.uk"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("stra\u00dfe@example.com", "strasse@example.com"),
    ],
)
def test_an_email_has_one_canonical_form(typed: str, canonical: str) -> None:
    assert canonical_email(typed) == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "john",
        "john@",
        "@example.com",
        "john@example",
        "john@@example.com",
        "a@b@example.com",
        "john doe@example.com",
        "john\x00@example.com",
        "john@exam ple.com",
        "john@-example.com",
        "john@example-.com",
        "john@.example.com",
        "john@example..com",
        ".john@example.com",
        "john.@example.com",
        "jo..hn@example.com",
        "john@[127.0.0.1]",
        "john@example.com\r\nBcc: everybody@example.com",
        "<john@example.com>",
        "john\u202e@example.com",
        "x" * 65 + "@example.com",
        "john@" + "x" * 64 + ".com",
        "john@" + ".".join(["x" * 60] * 5) + ".com",
        "john@\u2024com",
        "john@xn--\u00fc.com",
    ],
)
def test_an_invalid_email_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="email"):
        canonical_email(typed)


@given(EMAILS)
def test_the_case_of_an_email_does_not_matter(email: str) -> None:
    try:
        canonical = canonical_email(email)
    except ValueError:
        return
    assert canonical_email(email.upper()) == canonical_email(email.lower()) == canonical


@given(st.text(max_size=40).map(lambda text: f"{text}@example.com"))
def test_canonicalizing_a_canonical_email_changes_nothing(typed: str) -> None:
    try:
        canonical = canonical_email(typed)
    except ValueError:
        return
    assert canonical_email(canonical) == canonical
