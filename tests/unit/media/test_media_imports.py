"""A function pays at every cold start for what it imports: media that need no pixels load no image library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = "{'PIL', 'numpy', 'httpx', 'boto3', 'imageio_ffmpeg', 'souk.media.pictures'}"


@pytest.mark.parametrize(
    ("modules", "allowed"),
    [
        ("souk.media.model, souk.media.briefing, souk.media.studio.text, souk.media.studio.prompts", "set()"),
        ("souk.media.bedrock.text, souk.media.bedrock.video", "set()"),
        ("souk.media.pictures", "{'PIL', 'souk.media.pictures'}"),
        ("souk.media.openai", "{'httpx', 'PIL', 'souk.media.pictures'}"),
        ("souk.media.studio.images, souk.media.studio.video", "{'PIL', 'numpy', 'souk.media.pictures'}"),
    ],
)
def test_a_room_of_media_imports_only_what_it_works_with(modules: str, allowed: str) -> None:
    program = (
        f"import sys, {modules}; extra = ({HEAVY} - {allowed}) & set(sys.modules); sys.exit(str(extra) if extra else 0)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
