"""The vocabulary of the studio's prompts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from souk.selling.media.adapters.studio import prompts
from souk.selling.media.adapters.studio.prompts import mood_of, seconds_of


@pytest.mark.parametrize(
    ("prompt", "setting", "light"),
    [
        ("", "paper", "daylight"),
        ("a nice mug", "paper", "daylight"),
        ("White background", "paper", "white"),
        ("on a WARM Wooden table", "wood", "warm"),
        ("dark walnut, please", "wood", "dark"),
        ("marble", "marble", "daylight"),
        ("moody-slate", "stone", "dark"),
        ("soft pastel linen", "linen", "pastel"),
        ("outdoor picnic in golden light", "garden", "warm"),
        ("Чашка на столе", "paper", "daylight"),
        ("darkness", "paper", "daylight"),
    ],
)
def test_words_choose_background_and_light(prompt: str, setting: str, light: str) -> None:
    mood = mood_of(prompt)
    assert (mood.setting, mood.light.name) == (setting, light)


@pytest.mark.parametrize("prompt", ["pink background", "on pink", "on a pink wall", "a PINK paper backdrop"])
def test_a_colour_before_background_colours_the_paper(prompt: str) -> None:
    assert mood_of(prompt).paper == prompts.PAPERS["pink"]


def test_the_colour_of_the_product_does_not_colour_the_paper() -> None:
    assert mood_of("a red espresso cup").paper == prompts.DAYLIGHT.paper


@pytest.mark.parametrize(("prompt", "seconds"), [("", 7), ("slow pan", 10), ("quick zoom", 6), ("Fast but calm", 6)])
def test_words_choose_how_long_the_video_is(prompt: str, seconds: int) -> None:
    assert seconds_of(prompt) == seconds


@given(st.text(max_size=200))
def test_any_prompt_has_a_mood_and_a_length_of_six_to_ten_seconds(prompt: str) -> None:
    assert mood_of(prompt).setting in set(prompts.SETTINGS.values())
    assert 6 <= seconds_of(prompt) <= 10
