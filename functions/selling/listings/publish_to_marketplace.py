"""Workflow step: publish, revise or end a listing at one marketplace, whichever it asks for."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.selling.listings.service.media_steps import Task
from souk.wiring.listings import publishing_steps


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Answers the publication's status. A refusal is an outcome; an unknown outcome is an error to try again."""
    return {"status": publishing_steps().settle(Task.from_event(event), event["marketplace"])}
