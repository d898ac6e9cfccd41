"""S3, by EventBridge: judge a photo that has arrived under incoming/."""

from collections.abc import Mapping
from typing import Any

from souk.aws.step import step
from souk.listings.media_store import upload_of
from souk.wiring.listings import photo_steps


@step
def handler(event: Mapping[str, Any]) -> None:
    """Make it ready, or reject it with a reason."""
    upload = upload_of(event["detail"]["object"]["key"])
    if upload is not None:
        photo_steps().process(*upload)
