"""The studio's video, decoded by the program that encoded it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg  # type: ignore[import-untyped]
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from souk.selling.media.adapters.studio.encoder import encode_mp4
from souk.selling.media.adapters.studio.film import FRAMES_PER_SECOND, SIDE, frames, to_frame
from souk.selling.media.adapters.studio.images import shots_of
from souk.selling.media.adapters.studio.video import StudioVideo
from souk.selling.media.model import MediaTransient, VideoJob
from souk.shared.errors import NotFound
from tests.unit.selling.media.media_builders import brief_of, product_photo

studio = StudioVideo()
brief = brief_of(product_photo(), prompt="white", video_prompt="quick")


@pytest.fixture(scope="module")
def job() -> VideoJob:
    return studio.start_video(brief, "video-1")


@pytest.fixture(scope="module")
def film(job: VideoJob, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    path.write_bytes(job.content or b"")
    return path


def ffmpeg(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", *arguments], capture_output=True, check=False
    )


def decoded(film: Path, side: int) -> NDArray[np.uint8]:
    """Every frame as RGB, reduced to `side` pixels: (frames, side, side, 3)."""
    raw = ffmpeg("-i", str(film), "-vf", f"scale={side}:{side}", "-f", "rawvideo", "-pix_fmt", "rgb24", "-").stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, side, side, 3)


def test_a_video_is_done_when_it_starts(job: VideoJob) -> None:
    assert job.done
    assert job.job_id == "video-1"


def test_the_video_is_h264_in_yuv420p_of_1080_pixels_square(film: Path) -> None:
    stream = next(line for line in ffmpeg("-i", str(film)).stderr.decode().splitlines() if "Stream" in line)
    for expected in ("Video: h264 (High)", "yuv420p(tv, bt709", "1080x1080", f"{FRAMES_PER_SECOND} fps"):
        assert expected in stream


def test_the_video_lasts_as_long_as_the_prompt_asks_for(film: Path) -> None:
    assert "Duration: 00:00:06.00" in ffmpeg("-i", str(film)).stderr.decode()
    assert len(decoded(film, 20)) == 6 * FRAMES_PER_SECOND


def test_the_video_can_play_before_it_is_loaded_completely(job: VideoJob) -> None:
    content = job.content or b""
    assert content[4:8] == b"ftyp"
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_video_keeps_the_colours(film: Path) -> None:
    first = decoded(film, 120)[0].astype(int)
    assert first[2:8, 2:8].mean() > 225  # white paper
    red, green, blue = first[60, 60]
    assert blue > green > red


def test_the_same_frames_give_the_same_bytes() -> None:
    picture = product_photo((480, 480), (120, 120, 360, 360))
    first, second = (encode_mp4(frames([picture, picture], 1.0), SIDE, FRAMES_PER_SECOND) for _ in range(2))
    assert first == second


def test_the_video_contains_no_date_and_no_place(job: VideoJob) -> None:
    content = job.content or b""
    header = content.index(b"mvhd") + 4
    assert content[header + 4 : header + 12] == bytes(8)  # times of creation and change
    assert str(Path.home()).encode() not in content
    assert b"Blue cup" not in content


def test_without_photos_the_cards_are_filmed() -> None:
    assert [shot.role for shot in shots_of(brief_of(title="Espresso cup"), 400)] == ["card"] * 3


def test_there_is_no_job_to_poll() -> None:
    with pytest.raises(NotFound):
        studio.poll_video("video-1")


def test_motion_does_not_judder() -> None:
    """The path of a dot through a shot: each step equals the previous one to a tenth of a pixel."""
    picture = Image.new("RGB", (1240, 1240))
    picture.paste("white", (900, 900, 940, 940))
    places = []
    for frame in frames([picture], 3.0):
        luma = np.asarray(frame.luma, dtype=np.float64) - 16
        places.append((luma.sum(axis=0) @ np.arange(SIDE)) / luma.sum())
    steps = np.diff(places)
    assert np.abs(steps).max() < 2.5
    assert np.abs(np.diff(steps)).max() < 0.1


def test_a_film_of_many_pictures_has_its_full_length_and_no_jump() -> None:
    shades = [Image.new("RGB", (240, 240), (40 * turn % 256,) * 3) for turn in range(8)]
    levels = [float(frame.luma.getpixel((9, 9))) for frame in frames(shades, 5.0)]  # type: ignore[arg-type]
    assert len(levels) == 5 * FRAMES_PER_SECOND
    assert max(abs(np.diff(levels))) < 12


@pytest.mark.parametrize(
    ("colour", "planes"),
    [
        ("black", (16, 128, 128)),
        ("white", (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 0, 255), (32, 240, 118)),
    ],
    ids=str,
)
def test_the_planes_follow_bt_709(colour: Any, planes: tuple[int, int, int]) -> None:
    frame = to_frame(Image.new("RGB", (64, 64), colour))
    assert frame.luma.getpixel((5, 5)) == planes[0]
    assert (frame.blue.getpixel((5, 5)), frame.red.getpixel((5, 5))) == planes[1:]
    assert frame.blue.size == (32, 32)


@pytest.mark.parametrize("words", ["exit 3", "echo no such codec >&2; exit 1", "exit 0"])
def test_a_failure_of_the_encoder_may_be_retried(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text(f"#!/bin/sh\n{words}\n")
    broken.chmod(0o755)
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: str(broken))
    with pytest.raises(MediaTransient, match="video encoder"):
        encode_mp4(frames([Image.new("RGB", (240, 240))], 6.0), SIDE, FRAMES_PER_SECOND)


def test_a_film_is_made_where_no_larger_pipe_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_call: object) -> int:
        raise PermissionError

    still = [Image.new("RGB", (240, 240))]
    expected = encode_mp4(frames(still, 0.2), SIDE, FRAMES_PER_SECOND)
    monkeypatch.setattr("fcntl.fcntl", refuse)
    assert encode_mp4(frames(still, 0.2), SIDE, FRAMES_PER_SECOND) == expected


def test_an_error_while_making_frames_stops_the_encoder() -> None:
    def breaking() -> Any:
        yield from frames([Image.new("RGB", (240, 240))], 0.1)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        encode_mp4(breaking(), SIDE, FRAMES_PER_SECOND)
