"""Pictures for a listing without photos: its title and facts, set on the background that the prompt asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from souk.selling.media.adapters.studio.compose import graded, on_background
from souk.selling.media.adapters.studio.lettering import Face, drawable, fitted
from souk.selling.media.adapters.studio.prompts import Mood, Rgb, mood_of
from souk.selling.media.adapters.studio.surfaces import painted
from souk.selling.media.model import MediaBrief

_DARK_INK: Final[Rgb] = (38, 36, 35)
_LIGHT_INK: Final[Rgb] = (246, 243, 238)
_ROWS: Final = 6


@dataclass(frozen=True, slots=True)
class _Words:
    """The texts of the cards, limited to characters that the fonts can draw; each may be empty."""

    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]


def cards(brief: MediaBrief, side: int, seed: int) -> tuple[Image.Image, ...]:
    """Three RGB cards, `side` pixels square: the title, the title as a label on the styled background, the facts."""
    mood, words = mood_of(brief.image_prompt), _words(brief)
    last = _facts_card if words.facts or not words.lead else _lead_card
    return (
        _title_card(words, mood, side, seed),
        _label_card(words, mood, side, seed + 1),
        last(words, mood, side, seed + 2),
    )


def _words(brief: MediaBrief) -> _Words:
    facts = [("Condition", brief.condition)] if brief.condition.strip() else []
    facts += [(name, ", ".join(values)) for name, values in brief.item_specifics.items()]
    shown = [(drawable(name, "sans"), drawable(value, "sans-semibold")) for name, value in facts]
    return _Words(
        drawable(brief.title, "serif"),
        drawable(brief.description, "sans"),
        tuple((name, value) for name, value in shown if name and value)[:_ROWS],
    )


def _title_card(words: _Words, mood: Mood, side: int, seed: int) -> Image.Image:
    card = painted(Mood("paper", mood.light, mood.paper), side, seed)
    draw, ink = ImageDraw.Draw(card), _ink_on(card)
    margin = side // 9
    if not words.title:
        _ornament(draw, side, ink)
        return card
    bottom = _block(draw, words.title, "serif", (margin, side // 4), (side - 2 * margin, side // 2), side // 9, ink)
    rule = bottom + side // 28
    draw.line((margin, rule, margin + side // 9, rule), fill=ink, width=max(2, side // 320))
    if words.lead:
        room = max(side // 12, side - margin - rule - side // 16)
        space = (side - 2 * margin, min(room, side // 5))
        _block(draw, words.lead, "sans", (margin, rule + side // 22), space, side // 31, ink)
    return card


def _facts_card(words: _Words, mood: Mood, side: int, seed: int) -> Image.Image:
    card = painted(Mood("paper", mood.light, mood.paper), side, seed)
    draw, ink = ImageDraw.Draw(card), _ink_on(card)
    margin, row, width = side // 9, side // 9, side - 2 * (side // 9)
    if not words.facts:
        _ornament(draw, side, ink)
        return card
    top = margin
    if words.title:
        top = _block(draw, words.title, "serif", (margin, margin), (width, side // 5), side // 20, ink)
    top += side // 16
    column = margin + side // 4
    size = side // 30
    for name, value in words.facts:
        draw.line((margin, top, side - margin, top), fill=ink, width=max(1, side // 800))
        y = top + (row - size) // 2
        _block(draw, name, "sans", (margin, y), (side // 4 - side // 40, row // 2), size, ink)
        _block(draw, value, "sans-semibold", (column, y), (side - margin - column, row // 2), size, ink)
        top += row
    return card


def _lead_card(words: _Words, mood: Mood, side: int, seed: int) -> Image.Image:
    card = painted(Mood("paper", mood.light, mood.paper), side, seed)
    draw, ink = ImageDraw.Draw(card), _ink_on(card)
    margin = side // 7
    draw.line((margin, margin, margin + side // 9, margin), fill=ink, width=max(2, side // 320))
    space = (side - 2 * margin, side - 3 * margin)
    _block(draw, words.lead, "sans", (margin, margin + side // 16), space, side // 16, ink)
    return card


def _label_card(words: _Words, mood: Mood, side: int, seed: int) -> Image.Image:
    """A paper label on the styled background."""
    width, height = round(side * 0.66), round(side * 0.44)
    left, top = (side - width) // 2, (side - height) // 2
    shape = Image.new("L", (side, side))
    outline = (left, top, left + width, top + height)
    ImageDraw.Draw(shape).rounded_rectangle(outline, radius=side // 100, fill=255)
    paper = Image.new("RGB", (side, side), (250, 247, 241))
    draw = ImageDraw.Draw(paper)
    inset = side // 50
    frame = (left + inset, top + inset, left + width - inset, top + height - inset)
    draw.rectangle(frame, outline=_DARK_INK, width=max(1, side // 700))
    if words.title:
        space = (width - 6 * inset, height - 6 * inset)
        setting = fitted(words.title, "serif", width=space[0], height=space[1], largest=side // 14, smallest=side // 48)
        y = top + (height - setting.height) // 2
        for line in setting.lines:
            draw.text((side // 2, y), line, fill=_DARK_INK, font=setting.font, anchor="ma")
            y += setting.leading
    else:
        _ornament(draw, side, _DARK_INK)
    return graded(on_background(paper, shape, painted(mood, side, seed), shadow=0.8), mood.light)


def _block(
    draw: ImageDraw.ImageDraw,
    text: str,
    face: Face,
    place: tuple[int, int],
    space: tuple[int, int],
    largest: int,
    ink: Rgb,
) -> int:
    """Set `text` in the `space` (width, height) with the upper left corner `place`; returns the y below it."""
    smallest = min(largest, max(12, space[0] // 60))
    setting = fitted(text, face, width=space[0], height=space[1], largest=largest, smallest=smallest)
    x, y = place
    for line in setting.lines:
        draw.text((x, y), line, fill=ink, font=setting.font)
        y += setting.leading
    return y


def _ornament(draw: ImageDraw.ImageDraw, side: int, ink: Rgb) -> None:
    """A plain mark in place of words that cannot be drawn."""
    middle, width = side / 2, max(2, side // 400)
    for radius in (side / 12, side / 15):
        draw.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), outline=ink, width=width)
    draw.line((middle - side / 5, middle, middle - side / 9, middle), fill=ink, width=width)
    draw.line((middle + side / 9, middle, middle + side / 5, middle), fill=ink, width=width)


def _ink_on(card: Image.Image) -> Rgb:
    mean = card.convert("L").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(mean, int)
    return _DARK_INK if mean > 115 else _LIGHT_INK
