"""The refresh token as text."""

import contextlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.accounts.auth.model import InvalidRefreshToken
from souk.accounts.auth.model.refresh_token import RefreshToken
from tests.unit.accounts.auth.people import derive

UUIDS = st.uuids().map(str)
TOKENS = st.builds(RefreshToken.make, UUIDS, UUIDS, st.integers(1, 2**32 - 1), st.just(derive))


@given(TOKENS)
def test_a_token_is_read_back_from_its_text(token: RefreshToken) -> None:
    assert RefreshToken.parse(token.text) == token
    assert token.is_genuine(derive)


@given(TOKENS, st.data())
def test_a_token_with_one_character_changed_is_not_genuine(token: RefreshToken, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(token.text) - 1))
    other = data.draw(
        st.sampled_from(string.ascii_letters + string.digits + "-_").filter(lambda c: c != token.text[place])
    )
    changed = token.text[:place] + other + token.text[place + 1 :]
    with contextlib.suppress(InvalidRefreshToken):
        assert not RefreshToken.parse(changed).is_genuine(derive)


@given(UUIDS, UUIDS, UUIDS, st.integers(1, 2**32 - 2))
def test_no_part_of_a_refresh_token_can_be_exchanged(account: str, session: str, other: str, generation: int) -> None:
    made = RefreshToken.make(account, session, generation, derive)
    assert not RefreshToken(account, session, generation + 1, made.code).is_genuine(derive)
    if other not in (account, session):
        assert not RefreshToken(other, session, generation, made.code).is_genuine(derive)
        assert not RefreshToken(account, other, generation, made.code).is_genuine(derive)


@pytest.mark.parametrize(
    "text", ["", "souk_rt_", "souk_rt_AAAA", "x" * 91, "souk_rt_" + "!" * 91, "souk_rt_" + "\u00e9" * 91, "a.b.c"]
)
def test_a_text_that_is_not_a_refresh_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidRefreshToken):
        RefreshToken.parse(text)


def test_only_one_spelling_of_a_token_is_accepted() -> None:
    account, session = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    text = RefreshToken.make(account, session, 1, derive).text
    spellings = {text.removeprefix("souk_rt_"), text + "=", text + "A", text + "\n", " " + text}
    # The last character carries four bits that mean nothing; all but one way to write them are refused.
    spellings |= {text[:-1] + last for last in string.ascii_letters + string.digits + "-_"} - {text}
    for spelling in spellings:
        try:
            parsed = RefreshToken.parse(spelling)
        except InvalidRefreshToken:
            continue
        assert not parsed.is_genuine(derive), spelling


def test_a_token_does_not_show_its_code() -> None:
    account, session = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    token = RefreshToken.make(account, session, 1, derive)
    assert repr(token.code) not in repr(token)
    assert token.text not in repr(token)
