"""Prompts for generative models, from a brief: the seller's facts, and what the model must not change."""

from __future__ import annotations

from souk.selling.media.model import MediaBrief

AVOIDED = "text, letters, watermark, logo that is not on the product, extra objects, distorted shape"


def image_prompt(brief: MediaBrief, limit: int) -> str:
    """The prompt for a picture, at most `limit` characters; the seller's own prompt comes first."""
    if brief.photos:
        task = "Keep the product in the photo exactly as it is; change only light, background and framing."
    else:
        task = "A product photograph of one item, whole, in focus and centred."
    return _joined((brief.image_prompt, task, f"Product: {brief.title}", _facts(brief)), limit)


def video_prompt(brief: MediaBrief, limit: int) -> str:
    """The prompt for a video, at most `limit` characters."""
    task = "A slow, steady camera move around the product, which stays exactly as it is."
    return _joined((brief.video_prompt or brief.image_prompt, task, f"Product: {brief.title}", _facts(brief)), limit)


def facts(brief: MediaBrief) -> str:
    """All facts that a sales text may use, one per line."""
    named = (("Title", brief.title), ("Description", brief.description), ("Condition", brief.condition))
    specifics = tuple((name, ", ".join(values)) for name, values in brief.item_specifics.items())
    return "\n".join(f"{name}: {_line(value)}" for name, value in (*named, *specifics) if value.strip())


def _facts(brief: MediaBrief) -> str:
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in brief.item_specifics.items())


def _joined(parts: tuple[str, ...], limit: int) -> str:
    return "\n".join(filter(None, map(_line, parts)))[:limit]


def _line(text: str) -> str:
    return " ".join(text.split())
