"""Imports cost time at every cold start: modules that do not compute pictures import no image library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ROOM = "souk.selling.media"
HEAVY = (
    "{'PIL', 'PIL.AvifImagePlugin', 'pi_heif', 'numpy', 'httpx', 'boto3', 'imageio_ffmpeg',"
    " 'souk.selling.media.adapters.pictures'}"
)


@pytest.mark.parametrize(
    ("modules", "allowed"),
    [
        (
            f"{ROOM}.model, {ROOM}.service.briefing, {ROOM}.adapters.studio.text, {ROOM}.adapters.studio.prompts",
            "set()",
        ),
        ("souk.selling.media.adapters.bedrock.text, souk.selling.media.adapters.bedrock.video", "set()"),
        ("souk.selling.media.adapters.pictures", "{'PIL', 'souk.selling.media.adapters.pictures'}"),
        ("souk.selling.media.adapters.openai", "{'httpx', 'PIL', 'souk.selling.media.adapters.pictures'}"),
        (
            "souk.selling.media.adapters.studio.images, souk.selling.media.adapters.studio.video",
            "{'PIL', 'numpy', 'souk.selling.media.adapters.pictures'}",
        ),
    ],
)
def test_a_module_of_media_imports_only_the_libraries_that_it_uses(modules: str, allowed: str) -> None:
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
