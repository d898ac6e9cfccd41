"""Workflow step: check whether a video is finished."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.selling.listings.service.media_steps import video_document
from souk.wiring.listings import media_steps
from souk.wiring.media import video_provider


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `{done, job_id, video}`."""
    return video_document(*media_steps().poll_video(event["job_id"], video_provider()))
