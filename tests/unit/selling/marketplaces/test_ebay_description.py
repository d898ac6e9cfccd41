"""Plain text of a seller's becomes HTML in which nothing of his is markup."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from souk.selling.marketplaces.adapters.ebay.description import html_description, xml_text


class Reading(HTMLParser):
    """What a browser would see: its tags and its text."""

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
def test_whatever_a_seller_types_only_paragraphs_and_line_breaks_are_markup(text: str) -> None:
    seen = Reading(html_description(text))
    assert set(seen.tags) <= {"p", "br"}
    assert seen.attributes == []


@given(st.text(st.characters(exclude_categories=("C", "Z")), max_size=200))
def test_every_visible_character_is_shown(text: str) -> None:
    assert Reading(html_description(text)).text == text


def test_blank_lines_part_paragraphs_and_line_ends_break_lines() -> None:
    assert html_description("one\r\ntwo\r\n \r\n\r\nthree\rfour") == "<p>one<br>two</p><p>three<br>four</p>"


def test_an_active_description_is_shown_and_not_run() -> None:
    assert html_description("<img src=x onerror=alert(1)>") == "<p>&lt;img src=x onerror=alert(1)&gt;</p>"


def test_nothing_makes_no_paragraph() -> None:
    assert html_description(" \n\n ") == ""


def test_characters_that_no_xml_document_may_hold_are_left_out_and_all_others_stay() -> None:
    assert xml_text("a\x00b\x0bc\x1fd\ud800e\ufffef\uffffg\t\n\x7f\x85\U0001f600") == "abcdefg\t\n\x7f\x85\U0001f600"
