"""S3, by EventBridge: process a product's photo that has arrived under incoming/products/."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.wiring.catalogue import photo_intake, upload_of


@step
def handler(event: Mapping[str, Any]) -> None:
    """Make it public, or reject it with a reason."""
    upload = upload_of(event["detail"]["object"]["key"])
    if upload is not None:
        photo_intake().process(*upload, again=event.get("again", False))
