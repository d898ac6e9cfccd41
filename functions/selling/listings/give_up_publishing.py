"""Workflow step: record that a marketplace did not answer; the attempt keeps its key for the next try."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.selling.listings.service.media_steps import Task
from souk.wiring.listings import publishing_steps


@step
def handler(event: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `{status}`, the publication's."""
    status = publishing_steps().give_up(Task.from_event(event), event["marketplace"], event["code"], event["detail"])
    return {"status": status}
