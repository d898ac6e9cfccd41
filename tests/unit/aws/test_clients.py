"""How clients are set up for AWS itself, between which the local cloud makes no difference."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from souk.aws import clients
from souk.aws.settings import is_local


@pytest.fixture(autouse=True)
def on_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-key")
    caches = (is_local, clients.client, clients._session)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def test_a_presigned_url_has_the_region_of_the_bucket() -> None:
    """The global host redirects to the region while a bucket is new, and the signature is not good there."""
    s3 = clients.client("s3")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "souk-media", "Key": "media/a"})
    assert url.startswith("https://souk-media.s3.eu-west-1.amazonaws.com/media/a?")
    assert (
        s3.generate_presigned_post("souk-media", "incoming/a")["url"]
        == "https://souk-media.s3.eu-west-1.amazonaws.com/"
    )


def test_a_model_has_a_long_timeout_and_is_not_retried() -> None:
    config = clients.client("bedrock-runtime").meta.config
    assert config.read_timeout == 45
    assert config.retries["total_max_attempts"] == 1


def test_a_store_that_does_not_answer_fails_soon() -> None:
    config = clients.client("dynamodb").meta.config
    assert config.read_timeout == 8
    assert config.retries["total_max_attempts"] == 3
