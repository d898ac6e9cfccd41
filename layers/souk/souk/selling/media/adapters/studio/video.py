"""The studio as VideoProvider: a film of its own pictures, made synchronously."""

from __future__ import annotations

from souk.selling.media.adapters.studio.encoder import encode_mp4
from souk.selling.media.adapters.studio.film import FRAMES_PER_SECOND, SIDE, SOURCE_SIDE, frames
from souk.selling.media.adapters.studio.images import shots_of
from souk.selling.media.adapters.studio.prompts import seconds_of
from souk.selling.media.model import MediaBrief, VideoJob
from souk.shared.errors import NotFound


class StudioVideo:
    """VideoProvider without a generative model: the same brief gives the same bytes on the same kind of machine."""

    def start_video(self, brief: MediaBrief, key: str) -> VideoJob:
        """A job that is done: 6 to 10 s of H.264, 1080 pixels square. Raises MediaTransient."""
        pictures = [shot.picture for shot in shots_of(brief, SOURCE_SIDE)]
        film = frames(pictures, seconds_of(brief.video_prompt or brief.image_prompt))
        return VideoJob(key, encode_mp4(film, SIDE, FRAMES_PER_SECOND))

    def poll_video(self, job_id: str) -> VideoJob:
        """Always raises NotFound: every job is done when it starts, and none is stored."""
        raise NotFound(f"The studio keeps no video jobs, so it has none called {job_id}.")
