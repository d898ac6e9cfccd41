"""OpenAI's image API with recorded answers: the format of requests, and the result or error of each answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from souk.selling.media.adapters.openai import OpenAiConfig, OpenAiImages
from souk.selling.media.adapters.pictures import encode_jpeg
from souk.selling.media.model import MediaBadRequest, MediaBlocked, MediaBrief, MediaModelGone, MediaTransient
from souk.shared.errors import VendorFailed, VendorRefused, VendorThrottled
from tests.unit.selling.media.media_builders import brief_of, product_photo

KEY = "sk-test-secret"
PICTURE = base64.b64encode(encode_jpeg(Image.new("RGB", (256, 256), "red"), quality=80)).decode()
WORDS = MediaBrief("l", "Red cup", "", "on marble", item_specifics={"Brand": ("Pikolo",)})

type Handler = Callable[[httpx.Request], httpx.Response]


def provider(handler: Handler, **settings: Any) -> OpenAiImages:
    http = httpx.Client(transport=httpx.MockTransport(handler))
    return OpenAiImages(OpenAiConfig("some-model", **settings), http, lambda: KEY)


def answering(status: int, body: object = None, **headers: str) -> OpenAiImages:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return provider(lambda _: httpx.Response(status, content=content, headers=headers))


def success(*pictures: str) -> dict[str, Any]:
    return {"created": 1795000000, "output_format": "png", "data": [{"b64_json": picture} for picture in pictures]}


def failure(code: str | None, kind: str = "invalid_request_error", message: str = "No.") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def test_a_prompt_is_posted_as_json_with_the_configured_model_and_key() -> None:
    seen: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=success(PICTURE, PICTURE))

    images = provider(record, images=2, base_url="https://elsewhere.test/v1").generate_images(WORDS)

    assert [(image.role, image.content_type, image.width) for image in images] == [("generated", "image/jpeg", 256)] * 2
    assert str(seen[0].url) == "https://elsewhere.test/v1/images/generations"
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(seen[0].content)
    assert body | {"prompt": ""} == {
        "model": "some-model",
        "prompt": "",
        "n": 2,
        "size": "1024x1024",
        "quality": "auto",
        "output_format": "png",
    }
    for fact in ("on marble", "Red cup", "Pikolo"):
        assert fact in body["prompt"]


def test_photos_are_sent_for_editing_with_our_own_file_names() -> None:
    seen: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json=success(PICTURE))

    brief = brief_of(*(product_photo((300, 300), (50, 50, 250, 250)) for _ in range(6)), title='x"; filename="evil')
    provider(record, images=1, max_photos=4).generate_images(brief)

    assert seen[0].url.path == "/v1/images/edits"
    assert seen[0].headers["content-type"].startswith("multipart/form-data")
    body = seen[0].content
    assert body.count(b'name="image[]"; filename="photo-') == 4
    assert body.count(b"Content-Type: image/jpeg") == 4
    assert brief.photos[0].load() in body


def test_a_prompt_never_exceeds_the_vendors_limit() -> None:
    def check(request: httpx.Request) -> httpx.Response:
        assert len(json.loads(request.content)["prompt"]) <= 32_000
        return httpx.Response(200, json=success(PICTURE))

    provider(check).generate_images(MediaBrief("l", "t" * 40_000, "", "p" * 40_000))


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, failure("moderation_blocked", "image_generation_user_error", "Your request was rejected."), MediaBlocked),
        (400, failure("invalid_value"), MediaBadRequest),
        (422, failure(None), MediaBadRequest),
        (413, b"<html>too large</html>", MediaBadRequest),
        (401, failure("invalid_api_key"), VendorRefused),
        (403, failure("unsupported_country"), VendorRefused),
        (403, failure("model_not_found"), MediaModelGone),
        (404, failure("model_not_found"), MediaModelGone),
        (404, failure(None), MediaModelGone),
        (429, failure("rate_limit_exceeded"), VendorThrottled),
        (429, failure("insufficient_quota"), VendorRefused),
        (408, failure(None), MediaTransient),
        (409, failure(None), MediaTransient),
        (500, failure("server_error"), MediaTransient),
        (502, b"<html>bad gateway</html>", MediaTransient),
        (503, b"", MediaTransient),
        (302, b"", MediaTransient),
        (400, b"[1]", MediaBadRequest),
        (400, {"error": "plain text"}, MediaBadRequest),
    ],
)
def test_every_error_answer_becomes_its_error(status: int, body: object, outcome: type[Exception]) -> None:
    with pytest.raises(outcome) as raised:
        answering(status, body).generate_images(WORDS)
    assert type(raised.value) is outcome


def test_the_vendors_own_words_and_code_are_kept() -> None:
    with pytest.raises(MediaBlocked, match="Your request was rejected") as raised:
        answering(400, failure("moderation_blocked", message="Your request was rejected.")).generate_images(WORDS)
    assert raised.value.problems[0].code == "moderation_blocked"


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("999999", 3600), ("soon", None), ("-3", None), ("²", None)])
def test_a_valid_retry_after_is_passed_on(header: str, seconds: int | None) -> None:
    def throttle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers=[(b"retry-after", header.encode())], json=failure("rate_limit_exceeded"))

    with pytest.raises(VendorThrottled) as raised:
        provider(throttle).generate_images(WORDS)
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_missing_answer_may_be_retried(fault: type[httpx.TransportError]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault("secret internals")

    with pytest.raises(MediaTransient, match=fault.__name__) as raised:
        provider(fail).generate_images(WORDS)
    assert "secret" not in raised.value.detail


@pytest.mark.parametrize(
    "body",
    [
        success(),
        {"data": None},
        {"data": [{"url": "https://elsewhere.test/x.png"}]},
        {"data": ["text"]},
        b"not json",
        success("!!!not base64!!!"),
        success(base64.b64encode(b"GIF89a").decode()),
        success(base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(99)).decode()),
    ],
    ids=str,
)
def test_an_answer_without_usable_pictures_may_be_retried(body: object) -> None:
    with pytest.raises(MediaTransient):
        answering(200, body).generate_images(WORDS)


def test_an_endless_answer_is_cut_off() -> None:
    sent = 0

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            nonlocal sent
            while True:
                sent += 1 << 20
                yield b"x" * (1 << 20)

    with pytest.raises(MediaTransient, match="larger"):
        provider(lambda _: httpx.Response(200, stream=Endless())).generate_images(WORDS)
    assert sent < 200 << 20


def test_the_key_appears_in_no_error() -> None:
    body = failure("invalid_api_key", message=f"Incorrect API key provided: {KEY}.")
    with pytest.raises(VendorRefused) as raised:
        answering(401, body).generate_images(WORDS)
    assert KEY not in f"{raised.value.detail} {raised.value.extra} {raised.value!r}"


def test_a_throttle_may_be_retried_and_a_block_is_final() -> None:
    assert issubclass(VendorThrottled, VendorFailed)
    assert issubclass(MediaBlocked, VendorRefused)
