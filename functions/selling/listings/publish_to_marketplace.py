"""Workflow step: publish, revise or end a listing at one marketplace."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.selling.listings.service.media_steps import Task
from souk.wiring.listings import publishing_steps


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `{status}`, the publication's. A refusal is a result; an unknown outcome is an error to retry."""
    return {"status": publishing_steps().settle(Task.from_event(event), event["marketplace"])}
