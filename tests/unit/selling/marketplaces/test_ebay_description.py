"""A seller's plain text becomes HTML without any markup of the seller's."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from souk.selling.marketplaces.adapters.ebay.description import html_description, xml_text


class Reading(HTMLParser):
    """The tags and the text that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[object] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(), max_size=400))
def test_for_any_input_only_paragraphs_and_line_breaks_are_markup(text: str) -> None:
    seen = Reading(html_description(text))
    assert set(seen.tags) <= {"p", "br"}
    assert seen.attributes == []


@given(st.text(st.characters(exclude_categories=("C", "Z")), max_size=200))
def test_every_visible_character_is_shown(text: str) -> None:
    assert Reading(html_description(text)).text == text


def test_blank_lines_separate_paragraphs_and_line_ends_break_lines() -> None:
    assert html_description("one\r\ntwo\r\n \r\n\r\nthree\rfour") == "<p>one<br>two</p><p>three<br>four</p>"


def test_a_description_with_a_script_is_shown_as_text() -> None:
    assert html_description("<img src=x onerror=alert(1)>") == "<p>&lt;img src=x onerror=alert(1)&gt;</p>"


def test_an_empty_text_gives_no_paragraph() -> None:
    assert html_description(" \n\n ") == ""


def test_only_characters_that_xml_forbids_are_removed() -> None:
    assert xml_text("a\x00b\x0bc\x1fd\ud800e\ufffef\uffffg\t\n\x7f\x85\U0001f600") == "abcdefg\t\n\x7f\x85\U0001f600"
