"""Videos by StartAsyncInvoke in Luma Ray's format: started once per key, polled, then read from the output bucket."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from souk.selling.media.adapters.bedrock.errors import VENDOR, bedrock_errors, blocked, is_about_filter
from souk.selling.media.model import MediaBrief, MediaTransient, VideoJob
from souk.selling.media.service.briefing import video_prompt
from souk.shared.errors import VendorProblem, VendorRefused

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_s3 import S3Client

_PROMPT_LIMIT: Final = 5_000
_OUTPUT_NAME: Final = "output.mp4"


@dataclass(frozen=True, slots=True)
class BedrockVideoConfig:
    """Each invocation writes to a folder of its own under `prefix` of `bucket`, which must be in the model's region."""

    model_id: str
    bucket: str
    prefix: str
    aspect_ratio: Literal["1:1", "16:9", "9:16", "4:3", "3:4"] = "1:1"
    duration: Literal["5s", "9s"] = "9s"
    resolution: Literal["540p", "720p"] = "720p"
    max_bytes: int = 100 * 1024 * 1024


class BedrockVideo:
    """VideoProvider whose job id is the invocation's ARN."""

    def __init__(self, config: BedrockVideoConfig, runtime: BedrockRuntimeClient, s3: S3Client) -> None:
        self._config = config
        self._runtime = runtime
        self._s3 = s3

    def start_video(self, brief: MediaBrief, key: str) -> VideoJob:
        """Start once per `key` (1 to 256 characters): Bedrock answers a repeated call with the same invocation."""
        with bedrock_errors():
            started = self._runtime.start_async_invoke(
                clientRequestToken=key,
                modelId=self._config.model_id,
                modelInput=self._request(brief),
                outputDataConfig={
                    "s3OutputDataConfig": {"s3Uri": f"s3://{self._config.bucket}/{self._config.prefix.strip('/')}/"}
                },
            )
        return VideoJob(started["invocationArn"])

    def poll_video(self, job_id: str) -> VideoJob:
        """The job, with its MP4 once it is completed. Raises MediaBlocked or VendorRefused when it has failed."""
        with bedrock_errors():
            job = self._runtime.get_async_invoke(invocationArn=job_id)
        if job["status"] == "Failed":
            message = job.get("failureMessage") or "The video could not be made."
            if is_about_filter(message):
                raise blocked(message)
            raise VendorRefused(VENDOR, [VendorProblem("invocation_failed", message)])
        if job["status"] != "Completed":
            return VideoJob(job_id)
        return VideoJob(job_id, self._read(job["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"]))

    def _request(self, brief: MediaBrief) -> Mapping[str, Any]:
        request: dict[str, Any] = {
            "prompt": video_prompt(brief, _PROMPT_LIMIT),
            "aspect_ratio": self._config.aspect_ratio,
            "duration": self._config.duration,
            "resolution": self._config.resolution,
            "loop": False,
        }
        if brief.photos:
            photo = brief.photos[0]
            source = {
                "type": "base64",
                "media_type": photo.content_type,
                "data": base64.b64encode(photo.load()).decode("ascii"),
            }
            request["keyframes"] = {"frame0": {"type": "image", "source": source}}
        return request

    def _read(self, folder: str) -> bytes:
        bucket, _, path = folder.removeprefix("s3://").partition("/")
        if bucket != self._config.bucket:
            raise MediaTransient(VENDOR, "The video was put into a bucket that is not ours.")
        with bedrock_errors():
            found = self._s3.get_object(Bucket=bucket, Key=f"{path.rstrip('/')}/{_OUTPUT_NAME}")
            content = found["Body"].read(self._config.max_bytes + 1)
        if len(content) > self._config.max_bytes or content[4:8] != b"ftyp":
            raise MediaTransient(VENDOR, "The output is not an MP4 of a size that we take.")
        return content
