"""Pictures for listings without photos."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from souk.selling.media.adapters.studio.cards import cards
from souk.selling.media.adapters.studio.images import StudioImages
from souk.selling.media.adapters.studio.lettering import drawable, fitted
from souk.selling.media.model import MediaBrief
from tests.unit.selling.media.media_builders import brief_of, opened

FACTS = {"Brand": ("Pikolo",), "Colour": ("Red", "White")}


def drawn(brief: MediaBrief) -> list[bytes]:
    return [card.tobytes() for card in cards(brief, 400, 7)]


def test_without_photos_there_are_three_square_cards() -> None:
    images = StudioImages().generate_images(brief_of(title="Espresso cup"))
    assert [(image.role, image.width, image.height) for image in images] == [("card", 1600, 1600)] * 3
    assert opened(images[0].content).size == (1600, 1600)


def test_cards_of_the_same_brief_are_the_same() -> None:
    assert drawn(brief_of(title="Espresso cup")) == drawn(brief_of(title="Espresso cup"))


def test_the_title_and_the_facts_are_drawn_on_the_cards() -> None:
    plain = brief_of(title="Espresso cup")
    other_title, _, _ = drawn(dataclasses.replace(plain, title="Tea pot"))
    *_, other_facts = drawn(dataclasses.replace(plain, item_specifics=FACTS, condition="Used"))
    assert other_title != drawn(plain)[0]
    assert other_facts != drawn(plain)[2]


def test_text_is_readable_on_light_and_on_dark_backgrounds() -> None:
    for prompt in ("white", "dark", "vivid", "navy background"):
        card = np.asarray(cards(brief_of(title="Espresso cup", prompt=prompt), 400, 7)[0].convert("L"))
        assert int(card.max()) - int(card.min()) > 110


@pytest.mark.parametrize("title", ["エスプレッソカップ", "فنجان إسبريسو", "กาแฟ", "Cup エスプレッソ"])
def test_a_script_that_the_fonts_lack_is_never_drawn_as_boxes(title: str) -> None:
    assert drawable(title, "serif") == ""
    assert drawn(brief_of(title=title)) == drawn(brief_of(title=""))


@pytest.mark.parametrize("title", ["Café Noël", "Größe 38", "Чашка эспрессо", "Φλιτζάνι", "Łódź żółw", "Señor ½ €"])
def test_latin_greek_and_cyrillic_titles_are_drawn_as_written(title: str) -> None:
    assert drawable(title, "serif") == title


def test_symbols_that_the_fonts_lack_are_left_out_of_a_title() -> None:
    assert drawable("☕ Espresso  cup 🎉\n\x00", "serif") == "Espresso cup"


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("abcdefghijKLMNOP .,-"), min_size=1, max_size=200))
def test_no_line_is_wider_and_no_text_higher_than_its_space(text: str) -> None:
    setting = fitted(text, "serif", width=300, height=120, largest=60, smallest=16)
    assert all(setting.font.getlength(line) <= 300 for line in setting.lines)
    assert setting.height <= 120


def test_a_text_too_long_for_its_space_ends_in_an_ellipsis() -> None:
    setting = fitted("word " * 300, "sans", width=300, height=120, largest=60, smallest=16)
    assert setting.lines[-1].endswith("…")
