"""Workflow step: generate pictures for a listing."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.selling.listings.service.media_steps import Task, to_document
from souk.wiring.listings import media_steps
from souk.wiring.media import image_provider


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `{images: [...]}`; the workflow writes them to the listing."""
    images = media_steps().generate_images(Task.from_event(event), image_provider())
    return {"images": [to_document(image) for image in images]}
