"""Workflow step: write a sales text from the facts of a listing."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.selling.listings.service.media_steps import Task
from souk.wiring.listings import media_steps
from souk.wiring.media import text_provider


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `{text}`."""
    return {"text": media_steps().enrich_description(Task.from_event(event), text_provider())}
