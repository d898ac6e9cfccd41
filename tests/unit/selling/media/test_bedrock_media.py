"""Bedrock with recorded answers: the format of each request, and the result or error of each answer."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from PIL import Image

from souk.selling.media.adapters.bedrock.images import BedrockImages, BedrockImagesConfig
from souk.selling.media.adapters.bedrock.text import BedrockText, BedrockTextConfig
from souk.selling.media.adapters.bedrock.video import BedrockVideo, BedrockVideoConfig
from souk.selling.media.adapters.pictures import encode_jpeg
from souk.selling.media.model import (
    MediaBadRequest,
    MediaBlocked,
    MediaBrief,
    MediaModelGone,
    MediaTransient,
)
from souk.shared.errors import VendorRefused, VendorThrottled
from tests.unit.selling.media.media_builders import brief_of, product_photo

PICTURE = base64.b64encode(encode_jpeg(Image.new("RGB", (256, 256), "red"), quality=80)).decode()
WORDS = MediaBrief("l", "Pentax K1000", "Light meter works.", "on marble", condition="used")
ARN = "arn:aws:bedrock:us-west-2:111122223333:async-invoke/abc123"
STABILITY = BedrockImagesConfig("some.image-model-v9:0", "stability", images=1)
CANVAS = BedrockImagesConfig("other.image-model-v9:0", "canvas", images=2)
VIDEO = BedrockVideoConfig("some.video-model-v9:0", bucket="media-out", prefix="jobs/", duration="5s")


def client(service: str) -> Any:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client(service, region_name="us-west-2", **keys)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def runtime_client() -> Any:
    return client("bedrock-runtime")


@pytest.fixture(scope="module")
def s3_client() -> Any:
    return client("s3")


@pytest.fixture
def runtime(runtime_client: Any) -> Iterator[Any]:
    with Stubber(runtime_client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def s3(s3_client: Any) -> Iterator[Any]:
    with Stubber(s3_client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def body(content: object) -> StreamingBody:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return StreamingBody(io.BytesIO(raw), len(raw))


def invoked(runtime: Any, answer: object) -> None:
    runtime.add_response("invoke_model", {"body": body(answer), "contentType": "application/json"})


class Requests:
    """The requests sent, recorded by an event of botocore's."""

    def __init__(self, stubber: Stubber, operation: str) -> None:
        self.sent: list[dict[str, Any]] = []
        stubber.client.meta.events.register_last(
            f"provide-client-params.bedrock-runtime.{operation}", self._record, unique_id=str(id(self))
        )

    def _record(self, params: dict[str, Any], **_: Any) -> None:
        self.sent.append(params)


# Pictures


def test_stability_is_called_in_its_format_once_per_picture(runtime: Any) -> None:
    requests = Requests(runtime, "InvokeModel")
    for _ in range(2):
        invoked(runtime, {"seeds": [1], "finish_reasons": [None], "images": [PICTURE]})
    config = BedrockImagesConfig("some.image-model-v9:0", "stability", images=2)

    images = BedrockImages(config, runtime.client).generate_images(WORDS)

    assert [(image.role, image.width) for image in images] == [("generated", 256)] * 2
    assert requests.sent[0]["modelId"] == "some.image-model-v9:0"
    request = json.loads(requests.sent[0]["body"])
    assert (request["mode"], request["aspect_ratio"], request["output_format"]) == ("text-to-image", "1:1", "png")
    assert "on marble" in request["prompt"]


def test_stability_starts_from_the_photo_when_there_is_one(runtime: Any) -> None:
    requests = Requests(runtime, "InvokeModel")
    invoked(runtime, {"seeds": [1], "finish_reasons": [None], "images": [PICTURE]})
    brief = brief_of(product_photo((300, 300), (50, 50, 250, 250)))
    BedrockImages(STABILITY, runtime.client).generate_images(brief)
    request = json.loads(requests.sent[0]["body"])
    assert request["mode"] == "image-to-image"
    assert base64.b64decode(request["image"]) == brief.photos[0].load()
    assert request["strength"] == pytest.approx(0.2)


def test_canvas_is_called_in_its_format_once_for_all_pictures(runtime: Any) -> None:
    requests = Requests(runtime, "InvokeModel")
    invoked(runtime, {"images": [PICTURE, PICTURE], "error": None})
    assert len(BedrockImages(CANVAS, runtime.client).generate_images(WORDS)) == 2
    request = json.loads(requests.sent[0]["body"])
    assert request["taskType"] == "TEXT_IMAGE"
    assert len(request["textToImageParams"]["text"]) <= 512
    assert request["imageGenerationConfig"] == {
        "width": 1024,
        "height": 1024,
        "quality": "standard",
        "numberOfImages": 2,
    }


def test_canvas_varies_the_photos_when_there_are_any(runtime: Any) -> None:
    requests = Requests(runtime, "InvokeModel")
    invoked(runtime, {"images": [PICTURE], "error": None})
    photos = [product_photo((300, 300), (50, 50, 250, 250))] * 7
    BedrockImages(CANVAS, runtime.client).generate_images(brief_of(*photos))
    request = json.loads(requests.sent[0]["body"])
    assert request["taskType"] == "IMAGE_VARIATION"
    assert len(request["imageVariationParams"]["images"]) == 5
    assert request["imageVariationParams"]["similarityStrength"] == 0.8


def test_canvas_pictures_that_passed_the_filter_are_kept(runtime: Any) -> None:
    invoked(runtime, {"images": [PICTURE], "error": "Some of the images were blocked by our content filters."})
    assert len(BedrockImages(CANVAS, runtime.client).generate_images(WORDS)) == 1


@pytest.mark.parametrize(
    ("config", "answer", "outcome"),
    [
        (CANVAS, {"images": [], "error": "All images were blocked by our content filters."}, MediaBlocked),
        (CANVAS, {"images": [], "error": None}, MediaTransient),
        (CANVAS, {}, MediaTransient),
        (CANVAS, {"images": ["!!"]}, MediaTransient),
        (STABILITY, {"seeds": [1], "finish_reasons": ["Filter reason: prompt"]}, MediaBlocked),
        (STABILITY, {"finish_reasons": ["Filter reason: output image"], "images": [PICTURE]}, MediaBlocked),
        (STABILITY, {"finish_reasons": ["Filter reason: input image"]}, MediaBlocked),
        (STABILITY, {"finish_reasons": ["Inference error"]}, MediaTransient),
        (STABILITY, {"finish_reasons": [None]}, MediaTransient),
        (STABILITY, {}, MediaTransient),
        (STABILITY, [1], MediaTransient),
        (STABILITY, b"<html>", MediaTransient),
        (STABILITY, {"finish_reasons": [None], "images": [base64.b64encode(b"GIF89a").decode()]}, MediaTransient),
    ],
)
def test_an_answer_without_pictures_raises_its_error(
    runtime: Any, config: BedrockImagesConfig, answer: object, outcome: type[Exception]
) -> None:
    invoked(runtime, answer)
    with pytest.raises(outcome):
        BedrockImages(config, runtime.client).generate_images(WORDS)


@pytest.mark.parametrize(
    ("code", "status", "message", "outcome"),
    [
        ("ValidationException", 400, "This request has been blocked by our content filters.", MediaBlocked),
        ("ValidationException", 400, "The provided model identifier is invalid.", MediaModelGone),
        ("ValidationException", 400, "This model version has reached the end of its life.", MediaModelGone),
        ("ValidationException", 400, "expected maxLength: 512", MediaBadRequest),
        ("AccessDeniedException", 403, "You don't have access to the model.", VendorRefused),
        ("ResourceNotFoundException", 404, "Could not resolve the foundation model.", MediaModelGone),
        ("ThrottlingException", 429, "Too many requests.", VendorThrottled),
        ("ModelNotReadyException", 429, "The model is not ready.", VendorThrottled),
        ("ServiceQuotaExceededException", 400, "Your quota is used up.", VendorRefused),
        ("ModelTimeoutException", 408, "The model timed out.", MediaTransient),
        ("ModelErrorException", 424, "The model failed.", MediaTransient),
        ("InternalServerException", 500, "Internal error.", MediaTransient),
        ("ServiceUnavailableException", 503, "Unavailable.", MediaTransient),
        ("ConflictException", 400, "Token used with other input.", MediaBadRequest),
        ("SomethingNewException", 502, "", MediaTransient),
        ("SomethingNewException", 400, "New.", MediaBadRequest),
    ],
)
def test_every_exception_becomes_its_error(
    runtime: Any, code: str, status: int, message: str, outcome: type[Exception]
) -> None:
    runtime.add_client_error("invoke_model", code, message, status)
    with pytest.raises(outcome) as raised:
        BedrockImages(CANVAS, runtime.client).generate_images(WORDS)
    assert type(raised.value) is outcome


@pytest.mark.parametrize("fault", [ReadTimeoutError, ConnectTimeoutError, EndpointConnectionError])
def test_a_missing_answer_may_be_retried(runtime_client: Any, fault: Any, monkeypatch: Any) -> None:
    def fail(**_: Any) -> None:
        raise fault(endpoint_url="https://elsewhere.test")

    monkeypatch.setattr(runtime_client, "invoke_model", fail)
    with pytest.raises(MediaTransient, match=fault.__name__):
        BedrockImages(CANVAS, runtime_client).generate_images(WORDS)


# Videos


def test_a_video_is_started_once_per_key_with_the_photo_as_its_first_frame(runtime: Any, s3: Any) -> None:
    requests = Requests(runtime, "StartAsyncInvoke")
    runtime.add_response("start_async_invoke", {"invocationArn": ARN})
    brief = brief_of(product_photo((300, 300), (50, 50, 250, 250)), video_prompt="slow pan")

    job = BedrockVideo(VIDEO, runtime.client, s3.client).start_video(brief, "listing-1-attempt-2")

    assert (job.job_id, job.done) == (ARN, False)
    sent = requests.sent[0]
    assert (sent["clientRequestToken"], sent["modelId"]) == ("listing-1-attempt-2", "some.video-model-v9:0")
    assert sent["outputDataConfig"] == {"s3OutputDataConfig": {"s3Uri": "s3://media-out/jobs/"}}
    asked = sent["modelInput"]
    assert (asked["aspect_ratio"], asked["duration"], asked["resolution"]) == ("1:1", "5s", "720p")
    assert asked["prompt"].startswith("slow pan")
    assert len(asked["prompt"]) <= 5000
    source = asked["keyframes"]["frame0"]["source"]
    assert source["media_type"] == "image/jpeg"
    assert base64.b64decode(source["data"]) == brief.photos[0].load()


def test_without_photos_a_video_is_requested_by_its_prompt_alone(runtime: Any, s3: Any) -> None:
    requests = Requests(runtime, "StartAsyncInvoke")
    runtime.add_response("start_async_invoke", {"invocationArn": ARN})
    BedrockVideo(VIDEO, runtime.client, s3.client).start_video(WORDS, "k")
    assert "keyframes" not in requests.sent[0]["modelInput"]


def polled(runtime: Any, status: str, uri: str = "s3://media-out/jobs/abc123", **more: Any) -> None:
    moment = datetime(2026, 11, 21, 7, tzinfo=UTC)
    answer = {
        "invocationArn": ARN,
        "modelArn": "arn:aws:bedrock:us-west-2::foundation-model/some.video-model-v9:0",
        "status": status,
        "submitTime": moment,
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": uri}},
        **more,
    }
    runtime.add_response("get_async_invoke", answer, {"invocationArn": ARN})


def test_a_video_in_progress_is_not_done(runtime: Any, s3: Any) -> None:
    polled(runtime, "InProgress")
    assert not BedrockVideo(VIDEO, runtime.client, s3.client).poll_video(ARN).done


def test_a_completed_video_is_read_from_its_folder(runtime: Any, s3: Any) -> None:
    polled(runtime, "Completed")
    film = b"\0\0\0\x20ftypisom" + bytes(64)
    s3.add_response("get_object", {"Body": body(film)}, {"Bucket": "media-out", "Key": "jobs/abc123/output.mp4"})
    assert BedrockVideo(VIDEO, runtime.client, s3.client).poll_video(ARN).content == film


@pytest.mark.parametrize(
    ("message", "outcome"),
    [("The output was blocked by content filters.", MediaBlocked), ("Out of frames.", VendorRefused)],
)
def test_a_failed_video_is_final_and_says_why(runtime: Any, s3: Any, message: str, outcome: type[Exception]) -> None:
    polled(runtime, "Failed", failureMessage=message)
    with pytest.raises(outcome, match=message) as raised:
        BedrockVideo(VIDEO, runtime.client, s3.client).poll_video(ARN)
    assert type(raised.value) is outcome


@pytest.mark.parametrize("content", [b"<html>not a film</html>", b"\0\0\0\x20ftypisom" + bytes(5000)])
def test_an_output_that_is_not_an_mp4_of_a_normal_size_is_refused(runtime: Any, s3: Any, content: bytes) -> None:
    polled(runtime, "Completed")
    s3.add_response("get_object", {"Body": body(content)}, {"Bucket": ANY, "Key": ANY})
    config = BedrockVideoConfig("m", bucket="media-out", prefix="jobs", max_bytes=4000)
    with pytest.raises(MediaTransient):
        BedrockVideo(config, runtime.client, s3.client).poll_video(ARN)


def test_a_video_in_another_bucket_is_not_read(runtime: Any, s3: Any) -> None:
    polled(runtime, "Completed", uri="s3://elsewhere/jobs/abc123")
    with pytest.raises(MediaTransient, match="not ours"):
        BedrockVideo(VIDEO, runtime.client, s3.client).poll_video(ARN)


# Texts


def conversed(runtime: Any, content: list[dict[str, Any]], stop: str = "tool_use") -> None:
    answer = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop,
        "usage": {"inputTokens": 210, "outputTokens": 95, "totalTokens": 305},
        "metrics": {"latencyMs": 900},
    }
    runtime.add_response("converse", answer)


def tool(name: str = "emit_description", **answer: Any) -> list[dict[str, Any]]:
    return [{"text": "Here it is."}, {"toolUse": {"toolUseId": "t1", "name": name, "input": answer}}]


def test_a_text_is_requested_by_facts_alone_and_must_come_through_the_tool(runtime: Any) -> None:
    requests = Requests(runtime, "Converse")
    conversed(runtime, tool(description=" A used Pentax K1000. "))
    text = BedrockText(BedrockTextConfig("some.text-model-v9:0"), runtime.client).enrich_description(WORDS)
    assert text == "A used Pentax K1000."
    sent = requests.sent[0]
    assert sent["modelId"] == "some.text-model-v9:0"
    assert sent["toolConfig"]["toolChoice"] == {"tool": {"name": "emit_description"}}
    assert sent["messages"][0]["content"][0]["text"].splitlines() == [
        "Title: Pentax K1000",
        "Description: Light meter works.",
        "Condition: used",
    ]


@pytest.mark.parametrize(
    ("content", "stop", "outcome"),
    [
        ([], "content_filtered", MediaBlocked),
        ([], "guardrail_intervened", MediaBlocked),
        ([], "model_context_window_exceeded", MediaBadRequest),
        ([{"text": "A camera."}], "end_turn", MediaTransient),
        (tool(description="cut"), "max_tokens", MediaTransient),
        ([], "malformed_tool_use", MediaTransient),
        ([], "tool_use", MediaTransient),
        (tool(name="other", description="A camera."), "tool_use", MediaTransient),
        (tool(description=""), "tool_use", MediaTransient),
        (tool(description=7), "tool_use", MediaTransient),
        (tool(text="A camera."), "tool_use", MediaTransient),
        (tool(description="x" * 4001), "tool_use", MediaTransient),
        (tool(description="A Pentax K1000 from 1976."), "tool_use", MediaTransient),
    ],
)
def test_a_text_that_is_not_as_requested_raises_its_error(
    runtime: Any, content: list[dict[str, Any]], stop: str, outcome: type[Exception]
) -> None:
    conversed(runtime, content, stop)
    with pytest.raises(outcome):
        BedrockText(BedrockTextConfig("m"), runtime.client).enrich_description(WORDS)
