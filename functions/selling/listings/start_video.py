"""Workflow step: start a video for a listing."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.selling.listings.service.media_steps import Task, video_document
from souk.wiring.listings import media_steps
from souk.wiring.media import video_provider


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `{done, job_id, video}`; a synchronous provider is done already."""
    return video_document(*media_steps().start_video(Task.from_event(event), video_provider()))
