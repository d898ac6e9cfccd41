"""The studio's sales text has the seller's words and nothing else."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from souk.selling.media.adapters.studio.text import CONNECTING_WORDS, StudioText
from souk.selling.media.model import MediaBrief

enrich = StudioText().enrich_description

word = st.text(st.sampled_from("abcdefgäöñЖ123"), min_size=1, max_size=8)
phrase = st.lists(word, max_size=8).map(" ".join)
briefs = st.builds(
    MediaBrief,
    listing_id=st.just("l"),
    title=phrase,
    description=st.lists(phrase, max_size=3).map("\n\n".join),
    image_prompt=st.just("dark wood"),
    condition=phrase,
    price=st.just("12.50"),
    item_specifics=st.dictionaries(phrase, st.lists(phrase, max_size=3).map(tuple), max_size=4),
)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@given(briefs)
def test_every_word_comes_from_the_brief_or_is_a_label(brief: MediaBrief) -> None:
    specifics = " ".join(f"{name} {' '.join(values)}" for name, values in brief.item_specifics.items())
    given_words = words(f"{brief.title} {brief.description} {brief.condition} {specifics}")
    assert words(enrich(brief)) <= given_words | CONNECTING_WORDS


@given(briefs)
def test_no_word_of_title_description_or_condition_is_lost(brief: MediaBrief) -> None:
    text = words(enrich(brief))
    assert words(brief.description) <= text
    assert words(brief.title) <= text


@given(briefs)
def test_the_same_facts_give_the_same_text_without_stray_blanks(brief: MediaBrief) -> None:
    text = enrich(brief)
    assert text == enrich(brief)
    assert text == text.strip()
    assert "  " not in text
    assert "\n\n\n" not in text


def test_the_text_is_the_title_the_description_and_a_list_of_facts() -> None:
    brief = MediaBrief(
        "l",
        "Vintage espresso cup",
        "  thick porcelain, holds 60 ml\r\n\r\nOne small scratch!\x00",
        "dark",
        price="12.50",
        condition="Used",
        item_specifics={"Brand": ("Pikolo",), "Colour": ("Red", "White"), "Empty": ("",), "": ("x",)},
    )
    assert enrich(brief) == (
        "Vintage espresso cup.\n\n"
        "Thick porcelain, holds 60 ml.\n\n"
        "One small scratch!\n\n"
        "Details:\n• Condition: Used\n• Brand: Pikolo\n• Colour: Red, White"
    )


def test_a_description_that_begins_with_the_title_does_not_repeat_it() -> None:
    assert enrich(MediaBrief("l", "Red cup", "Red cup with saucer.", "")) == "Red cup with saucer."


def test_a_condition_among_the_specifics_is_not_repeated() -> None:
    brief = MediaBrief("l", "Cup", "", "", condition="Used", item_specifics={"Condition": ("Used",)})
    assert enrich(brief).count("Used") == 1


def test_without_facts_there_is_no_text() -> None:
    assert enrich(MediaBrief("l", " ", "", "")) == ""
