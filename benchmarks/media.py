"""What generating media takes, and what the encoder loses.

    PYTHONPATH=layers/souk python -m benchmarks.media [OTHER_TREE] [ROUNDS]

Without another tree: the rows. With one (a worktree of an earlier commit): both in turn, ROUNDS times (5), medians and
ratios. A function is billed for its memory, by the clock; where the machine has more processors than the memory gives
(1769 MB give one), for the processor time divided by those.
"""

from __future__ import annotations

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import imageio_ffmpeg  # type: ignore[import-untyped]
from PIL import Image

from benchmarks.cost import MEGABYTES_OF_ONE_PROCESSOR
from benchmarks.rows import Row, table
from souk.selling.media.adapters.studio import encoder
from souk.selling.media.adapters.studio.film import FRAMES_PER_SECOND, SIDE, SOURCE_SIDE, Frame, frames
from souk.selling.media.adapters.studio.shoot import shoot
from tests.functions.template import ROOT

_ROUNDS: Final = 5
_PHOTOGRAPHS: Final = (
    "local/demo/photos/coffee.png",
    "tests/unit/selling/media/photographs/rocket.jpg",
    "tests/unit/selling/media/photographs/vase_on_grey.jpg",
)
_FUNCTIONS: Final = {"images": "GenerateImagesFunction", "video": "StartVideoFunction"}
# What the film was encoded with until ADR 0023.
_EARLIER_QUALITY: Final = ("-preset", "superfast", "-crf", "22")
_FILM_SECONDS: Final = 3.0
_GENERATED_SECONDS: Final = 10.0
_SSIM = re.compile(r"All:([0-9.]+)")

type Spent = dict[str, tuple[float, float]]
"""By part: seconds, processor seconds."""


def measure() -> list[Row]:
    """The best of three generations, since other processes only make it longer.

    Their processor time is held to that of x264, with the earlier settings, for the same film: a ratio holds anywhere.
    """
    rounds = [_generated(ROOT) for _ in range(3)]
    best = min(rounds, key=gb_seconds)
    processor = min(sum(one[1] for one in spent.values()) for spent in rounds)
    lost, where = max((_lost(ROOT / name), Path(name).stem) for name in _PHOTOGRAPHS)
    return [
        Row("generate media", gb_seconds(best), "GB-s", f"{longest(best):.1f} s: pictures and film in parallel"),
        Row("generate media / encoding its film with crf 22", processor / _encoding(), "", "processor time"),
        Row("SSIM of a film, below that of crf 22", lost, "", f"{where}, against its own frames"),
    ]


def gb_seconds(spent: Spent, tree: Path = ROOT) -> float:
    """The sum over the functions of what is billed."""
    return sum(_billed(part, *times, tree) * _memory(part, tree) / 1024 for part, times in spent.items())


def longest(spent: Spent, tree: Path = ROOT) -> float:
    """Seconds: the parts run at the same time."""
    return max(_billed(part, *times, tree) for part, times in spent.items())


def _billed(part: str, seconds: float, processor_seconds: float, tree: Path) -> float:
    return max(seconds, processor_seconds * MEGABYTES_OF_ONE_PROCESSOR / _memory(part, tree))


def _memory(part: str, tree: Path) -> int:
    """MB, as the template of that tree says."""
    template = (tree / "template.yaml").read_text()
    own = template[template.index(f"\n  {_FUNCTIONS[part]}:") :]
    return int(own[own.index("MemorySize:") :].split(maxsplit=2)[1])


def _generated(tree: Path) -> Spent:
    """By the library of `tree`, in a process of its own."""
    finished = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks/one_generation.py"), str(ROOT / _PHOTOGRAPHS[0])],
        env={**os.environ, "PYTHONPATH": str(tree / "layers/souk")},
        capture_output=True,
        text=True,
        check=True,
    )
    spent: Spent = json.loads(finished.stdout)
    return spent


def _encoding() -> float:
    """Processor seconds of x264, with the earlier settings, for the film that is generated."""
    film = frames(_pictures(ROOT / _PHOTOGRAPHS[0]), _GENERATED_SECONDS)
    began = _children()
    encoder.encode_mp4(film, SIDE, FRAMES_PER_SECOND, _EARLIER_QUALITY)
    return _children() - began


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pictures(photograph: Path) -> list[Image.Image]:
    with Image.open(photograph) as picture:
        return [shot.picture for shot in shoot((picture.convert("RGB"),), "", 7, SOURCE_SIDE)]


def _lost(photograph: Path) -> float:
    """How much less the film is like its own frames than with the earlier settings: SSIM over all planes."""
    made = list(frames(_pictures(photograph), _FILM_SECONDS))
    return _likeness(made, _EARLIER_QUALITY) - _likeness(made, encoder.QUALITY)


def _likeness(made: Sequence[Frame], quality: tuple[str, ...]) -> float:
    film = encoder.encode_mp4(made, SIDE, FRAMES_PER_SECOND, quality)
    with tempfile.TemporaryDirectory() as folder:
        encoded, raw = Path(folder, "film.mp4"), Path(folder, "frames.yuv")
        encoded.write_bytes(film)
        with raw.open("wb") as file:
            for frame in made:
                file.writelines(frame.planes())
        size = ("-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", f"{SIDE}x{SIDE}")
        finished = subprocess.run(
            [
                *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(encoded)),
                *(*size, "-framerate", str(FRAMES_PER_SECOND), "-i", str(raw), "-lavfi", "ssim", "-f", "null", "-"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    found = _SSIM.search(finished.stderr)
    if found is None:
        raise RuntimeError(finished.stderr)
    return float(found[1])


def compare(other: Path, rounds: int) -> str:
    """Both trees in turn: medians of each figure, and this tree's divided by the other's."""
    spent = [(_generated(ROOT), _generated(other)) for _ in range(rounds)]
    figures: dict[str, Callable[[Spent, Path], float]] = {
        "pictures, processor s": lambda one, _: one["images"][1],
        "film, processor s": lambda one, _: one["video"][1],
        "pictures, s": lambda one, _: one["images"][0],
        "film, s": lambda one, _: one["video"][0],
        "longest billed, s": longest,
        "billed, GB-s": gb_seconds,
    }
    lines = ["| median of | here | there | ratio |", "| --- | ---: | ---: | ---: |"]
    for name, figure in figures.items():
        here, there = (
            statistics.median(figure(pair[side], tree) for pair in spent) for side, tree in enumerate((ROOT, other))
        )
        lines.append(f"| {name} | {here:.2f} | {there:.2f} | {here / there:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(compare(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else _ROUNDS))
    else:
        print(table(measure()))
