"""The providers of pictures, videos and texts, chosen by MEDIA_PROVIDER."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from souk.wiring import storage

if TYPE_CHECKING:
    from souk.selling.media.model import ImageProvider, TextProvider, VideoProvider

_BEDROCK_VIDEO_PREFIX = "video/"


@cache
def image_provider() -> ImageProvider:
    from souk.aws.settings import setting

    match setting("MEDIA_PROVIDER"):
        case "openai":
            from functools import partial

            from souk.selling.media.adapters.openai import OpenAiConfig, OpenAiImages

            openai = OpenAiConfig(setting("OPENAI_IMAGE_MODEL"), setting("OPENAI_API_URL"))
            return OpenAiImages(openai, storage.http_client(), partial(storage.vendor_secret, "openai_api_key"))
        case "bedrock":
            from souk.aws.clients import client
            from souk.selling.media.adapters.bedrock.images import BedrockImages, BedrockImagesConfig

            model = setting("BEDROCK_IMAGE_MODEL")
            # Of Stability's models only Ultra and SD3.5 accept a photo.
            likeness = None if "stable-image-core" in model else 0.8
            config = BedrockImagesConfig(
                model, "stability" if model.startswith("stability.") else "canvas", likeness=likeness
            )
            return BedrockImages(config, client("bedrock-runtime"))
    from souk.selling.media.adapters.studio.images import StudioImages

    return StudioImages()


@cache
def video_provider() -> VideoProvider:
    """OpenAI has retired its video API: with "openai" the studio makes the video."""
    from souk.aws.settings import setting

    if setting("MEDIA_PROVIDER") == "bedrock":
        from souk.aws.clients import client
        from souk.selling.media.adapters.bedrock.video import BedrockVideo, BedrockVideoConfig

        config = BedrockVideoConfig(setting("BEDROCK_VIDEO_MODEL"), setting("SOUK_MEDIA_BUCKET"), _BEDROCK_VIDEO_PREFIX)
        return BedrockVideo(config, client("bedrock-runtime"), client("s3"))
    from souk.selling.media.adapters.studio.video import StudioVideo

    return StudioVideo()


@cache
def text_provider() -> TextProvider:
    from souk.aws.settings import setting

    if setting("MEDIA_PROVIDER") == "bedrock":
        from souk.aws.clients import client
        from souk.selling.media.adapters.bedrock.text import BedrockText, BedrockTextConfig

        return BedrockText(BedrockTextConfig(setting("BEDROCK_TEXT_MODEL")), client("bedrock-runtime"))
    from souk.selling.media.adapters.studio.text import StudioText

    return StudioText()
