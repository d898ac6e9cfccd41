"""S3, by EventBridge: process a photo that has arrived under incoming/listings/."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.listings import photo_intake, upload_of


@step
def handler(event: Mapping[str, Any]) -> None:
    """Make it ready, or reject it with a reason. `again`: the sweep asks for it."""
    upload = upload_of(event["detail"]["object"]["key"])
    if upload is not None:
        photo_intake().process(*upload, again=event.get("again", False))
