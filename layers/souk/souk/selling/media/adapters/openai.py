"""Pictures by OpenAI's image API: generated from a prompt, or edited from the seller's photos when there are any.

The API has no idempotency key, so nothing is retried here: the workflow decides by the class of the error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx

from souk.selling.media.adapters.received import generated_image
from souk.selling.media.model import (
    GeneratedImage,
    MediaBadRequest,
    MediaBlocked,
    MediaBrief,
    MediaModelGone,
    MediaTransient,
)
from souk.selling.media.service.briefing import image_prompt
from souk.shared.errors import VendorProblem, VendorRefused, VendorThrottled
from souk.shared.vendor_responses import json_object, read_bounded, retry_after

_VENDOR: Final = "openai"
_PROMPT_LIMIT: Final = 32_000
_MAX_ANSWER_BYTES: Final = 96 * 1024 * 1024
_EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

type SecretSource = Callable[[], str]


@dataclass(frozen=True, slots=True)
class OpenAiConfig:
    """`model` is a setting since models are retired within months. `images` is 1 to 10 per request."""

    model: str
    base_url: str = "https://api.openai.com/v1"
    size: str = "1024x1024"
    quality: Literal["auto", "low", "medium", "high"] = "auto"
    images: int = 3
    max_photos: int = 4
    timeout_seconds: float = 150.0  # the function's timeout is 170 s


class OpenAiImages:
    """ImageProvider over HTTP. `api_key` is called for each request; the key is not stored."""

    def __init__(self, config: OpenAiConfig, http: httpx.Client, api_key: SecretSource) -> None:
        self._config = config
        self._http = http
        self._api_key = api_key

    def generate_images(self, brief: MediaBrief) -> tuple[GeneratedImage, ...]:
        """Raises MediaBlocked, MediaModelGone, MediaBadRequest, VendorRefused, VendorThrottled, MediaTransient."""
        fields = {
            "model": self._config.model,
            "prompt": image_prompt(brief, _PROMPT_LIMIT),
            "n": self._config.images,
            "size": self._config.size,
            "quality": self._config.quality,
            "output_format": "png",
        }
        if brief.photos:
            photos = [
                ("image[]", (f"photo-{index}.{_EXTENSIONS[photo.content_type]}", photo.load(), photo.content_type))
                for index, photo in enumerate(brief.photos[: self._config.max_photos])
            ]
            form = {name: str(value) for name, value in fields.items()}
            answer = self._post("/images/edits", data=form, files=photos)
        else:
            answer = self._post("/images/generations", json=fields)
        pictures = answer.get("data")
        if not isinstance(pictures, list) or not pictures:
            raise MediaTransient(_VENDOR, "The answer holds no pictures.")
        return tuple(
            generated_image(_VENDOR, picture.get("b64_json") if isinstance(picture, dict) else None)
            for picture in pictures[: self._config.images]
        )

    def _post(self, path: str, **body: Any) -> Mapping[str, Any]:
        try:
            with self._http.stream(
                "POST",
                self._config.base_url + path,
                headers={"Authorization": f"Bearer {self._api_key()}"},
                timeout=self._config.timeout_seconds,
                **body,
            ) as response:
                content = read_bounded(response, _MAX_ANSWER_BYTES, _too_large)
        except httpx.TransportError as fault:
            raise MediaTransient(_VENDOR, f"No answer: {type(fault).__name__}.") from fault
        answer = json_object(content)
        if response.status_code != httpx.codes.OK:
            raise _refusal(response, answer)
        return answer


def _too_large() -> MediaTransient:
    return MediaTransient(_VENDOR, "The answer is larger than any that we expect.")


def _refusal(response: httpx.Response, answer: Mapping[str, Any]) -> Exception:
    """The error for a status and code (https://platform.openai.com/docs/guides/error-codes)."""
    status = response.status_code
    error = answer.get("error")
    details: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code = str(details.get("code") or details.get("type") or status)
    problem = VendorProblem(code, str(details.get("message") or f"OpenAI answered with status {status}.")[:2000])
    if status == 401:  # the vendor's text contains part of the key
        return VendorRefused(_VENDOR, [VendorProblem(code, "OpenAI does not accept our credentials.")])
    if code == "moderation_blocked":
        return MediaBlocked(_VENDOR, [problem])
    if code == "model_not_found" or status == 404:
        return MediaModelGone(_VENDOR, [problem])
    if status == 403 or code == "insufficient_quota":
        return VendorRefused(_VENDOR, [problem])
    if status == 429:
        return VendorThrottled(_VENDOR, problem.message, retry_after=retry_after(response.headers))
    if status in (408, 409) or not 400 <= status < 500:
        return MediaTransient(_VENDOR, problem.message, retry_after=retry_after(response.headers))
    return MediaBadRequest(_VENDOR, [problem])
