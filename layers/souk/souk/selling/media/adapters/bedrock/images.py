"""Pictures by InvokeModel, in the two request formats of Bedrock's image models."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from souk.selling.media.adapters.bedrock.errors import VENDOR, bedrock_errors, blocked
from souk.selling.media.adapters.received import generated_image
from souk.selling.media.model import GeneratedImage, MediaBrief, MediaTransient
from souk.selling.media.service.briefing import AVOIDED, image_prompt

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

_MAX_ANSWER_BYTES: Final = 96 * 1024 * 1024
_CANVAS_PROMPT_LIMIT: Final = 512
_STABILITY_PROMPT_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class BedrockImagesConfig:
    """`family` is the request format: "canvas" for Titan and Nova Canvas, "stability" for Stability's models.

    `likeness` in 0..1 is the similarity of a picture to the seller's photo. None for a model that takes no photo: then
    only the prompt is sent.
    """

    model_id: str
    family: Literal["stability", "canvas"]
    images: int = 3
    side: int = 1024
    likeness: float | None = 0.8


class BedrockImages:
    """ImageProvider by InvokeModel."""

    def __init__(self, config: BedrockImagesConfig, runtime: BedrockRuntimeClient) -> None:
        self._config = config
        self._runtime = runtime

    def generate_images(self, brief: MediaBrief) -> tuple[GeneratedImage, ...]:
        """Raises as errors.bedrock_errors()."""
        if self._config.family == "canvas":
            return _canvas_pictures(self._invoke(self._canvas_request(brief)))
        # One picture per call.
        answers = (self._invoke(self._stability_request(brief)) for _ in range(self._config.images))
        return tuple(_stability_picture(answer) for answer in answers)

    def _canvas_request(self, brief: MediaBrief) -> Mapping[str, Any]:
        words = {"text": image_prompt(brief, _CANVAS_PROMPT_LIMIT), "negativeText": AVOIDED}
        generation = {
            "width": self._config.side,
            "height": self._config.side,
            "quality": "standard",
            "numberOfImages": self._config.images,
        }
        if brief.photos and self._config.likeness is not None:
            photos = [_base64(photo.load()) for photo in brief.photos[:5]]
            variation = {**words, "images": photos, "similarityStrength": max(0.2, self._config.likeness)}
            return {
                "taskType": "IMAGE_VARIATION",
                "imageVariationParams": variation,
                "imageGenerationConfig": generation,
            }
        return {"taskType": "TEXT_IMAGE", "textToImageParams": words, "imageGenerationConfig": generation}

    def _stability_request(self, brief: MediaBrief) -> Mapping[str, Any]:
        request = {
            "prompt": image_prompt(brief, _STABILITY_PROMPT_LIMIT),
            "negative_prompt": AVOIDED,
            "output_format": "png",
        }
        if brief.photos and self._config.likeness is not None:
            photo = _base64(brief.photos[0].load())
            return {**request, "mode": "image-to-image", "image": photo, "strength": 1 - self._config.likeness}
        return {**request, "mode": "text-to-image", "aspect_ratio": "1:1"}

    def _invoke(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        with bedrock_errors():
            response = self._runtime.invoke_model(
                modelId=self._config.model_id,
                body=json.dumps(request).encode(),
                contentType="application/json",
                accept="application/json",
            )
            content = response["body"].read(_MAX_ANSWER_BYTES + 1)
        if len(content) > _MAX_ANSWER_BYTES:
            raise MediaTransient(VENDOR, "The answer is larger than any that we expect.")
        try:
            answer = json.loads(content)
        except ValueError as fault:
            raise MediaTransient(VENDOR, "The answer is not JSON.") from fault
        if not isinstance(answer, dict):
            raise MediaTransient(VENDOR, "The answer is not a JSON object.")
        return answer


def _canvas_pictures(answer: Mapping[str, Any]) -> tuple[GeneratedImage, ...]:
    """Some pictures may be withheld: then `error` has the reason, and the others are usable."""
    pictures, error = answer.get("images") or [], answer.get("error")
    if not pictures and error:
        raise blocked(str(error))
    if not pictures:
        raise MediaTransient(VENDOR, "The answer holds no pictures.")
    return tuple(generated_image(VENDOR, picture) for picture in pictures)


def _stability_picture(answer: Mapping[str, Any]) -> GeneratedImage:
    """A finish reason other than null: the picture is withheld, or the model failed."""
    reason = next(iter(answer.get("finish_reasons") or [None]))
    if reason is not None and str(reason).startswith("Filter reason"):
        raise blocked(str(reason))
    if reason is not None:
        raise MediaTransient(VENDOR, str(reason))
    return generated_image(VENDOR, next(iter(answer.get("images") or [None])))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
