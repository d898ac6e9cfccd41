"""Makes the pictures and the film of one photograph and prints what that took, as JSON: run by benchmarks/media.py.

    PYTHONPATH=TREE/layers/souk python benchmarks/one_generation.py PHOTOGRAPH

`{"images": [seconds, processor seconds], "video": [...]}`, of programs that it starts too. It must run with the library
of any commit, so it uses the providers only.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]

from souk.selling.media.adapters.studio.images import StudioImages
from souk.selling.media.adapters.studio.video import StudioVideo
from souk.selling.media.model import MediaBrief, Photo

_PROMPT = "espresso cup on a warm wooden cafe table, soft morning light"
_VIDEO_PROMPT = "slow, calm move over the cup and its crema"


def main(photograph: Path) -> None:
    content = photograph.read_bytes()
    photo = Photo(hashlib.sha256(content).hexdigest(), "image/png", lambda: content)
    brief = MediaBrief("listing", "Cup", "A cup.", _PROMPT, video_prompt=_VIDEO_PROMPT, photos=(photo,))
    # A warm function has imported everything, and asked once whether the encoder runs.
    imageio_ffmpeg.get_ffmpeg_exe()
    StudioImages().generate_images(brief)
    spent = {
        "images": _timed(lambda: StudioImages().generate_images(brief)),
        "video": _timed(lambda: StudioVideo().start_video(brief, "key")),
    }
    print(json.dumps(spent))


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    began, processor = time.perf_counter(), _processor_seconds()
    act()
    return time.perf_counter() - began, _processor_seconds() - processor


def _processor_seconds() -> float:
    used = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
