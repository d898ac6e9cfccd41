"""Frames to an H.264 MP4, by the ffmpeg program of the video layer (GPL, run as a separate process).

Its arguments are constants: nothing from a seller reaches a command line or a file name, only pixels its input.
"""

from __future__ import annotations

import fcntl
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from souk.selling.media.adapters.studio.film import Frame
from souk.selling.media.model import MediaTransient

# A slow camera over still pictures: x264 need not search for cuts, fades, or where its B-frames go, of which there
# can be more. That saves a quarter of its time and of the bytes, and changes hardly a pixel (docs/adr/0023).
QUALITY: Final = (
    *("-preset", "superfast", "-crf", "23"),
    *("-x264-params", "b-adapt=0:bframes=5:scenecut=0:weightp=0:aq-mode=0"),
)
_TIMEOUT_SECONDS = 60
# The most that Linux gives without asking the administrator; by default it is 64 kB, one switch of processes each.
_PIPE_BYTES = 1024 * 1024


def encode_mp4(frames: Iterable[Frame], side: int, frames_per_second: int, quality: tuple[str, ...] = QUALITY) -> bytes:
    """An MP4 (H.264 High, yuv420p, BT.709, ready to stream) of square frames. The same frames give the same bytes.

    `quality`: options of libx264, which may not come from outside.

    Raises MediaTransient when the encoder fails.
    """
    import imageio_ffmpeg  # type: ignore[import-untyped]  # it has no types; one function of it is used

    with tempfile.TemporaryDirectory() as folder:
        film, errors_file = Path(folder, "film.mp4"), Path(folder, "errors.log")
        command = _command(imageio_ffmpeg.get_ffmpeg_exe(), side, frames_per_second, quality, film)
        with errors_file.open("wb") as errors:
            # Fixed arguments, no shell, an empty environment.
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors, env={})  # noqa: S603
            try:
                _enlarge_pipe(process)
                _feed(process, frames)
                status = process.wait(_TIMEOUT_SECONDS)
            except BaseException:
                process.kill()
                process.wait()
                raise
        if status != 0 or not film.exists():
            reason = errors_file.read_text(errors="replace").strip()[-500:]
            raise MediaTransient("studio", f"The video encoder stopped with status {status}: {reason}")
        return film.read_bytes()


def _enlarge_pipe(process: subprocess.Popen[bytes]) -> None:
    """Fewer switches between the two processes, where Linux allows it: it limits the pages of all pipes of a user."""
    assert process.stdin is not None
    with suppress(OSError, AttributeError):  # the film is the same through a small pipe; macOS has no such call
        fcntl.fcntl(process.stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _feed(process: subprocess.Popen[bytes], frames: Iterable[Frame]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as pipe:
            for frame in frames:
                pipe.writelines(frame.planes())
    except BrokenPipeError:
        return  # the encoder stopped: its exit status and error output give the reason


def _command(program: str, side: int, frames_per_second: int, quality: tuple[str, ...], film: Path) -> list[str]:
    return [
        program,
        *("-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", f"{side}x{side}"),
        *("-framerate", str(frames_per_second), "-i", "pipe:0"),
        *(
            "-color_range",
            "tv",
            "-chroma_sample_location",
            "center",
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
        ),
        # A fixed number of threads: x264 divides its work by it, so the bytes depend on it.
        *("-c:v", "libx264", *quality, "-profile:v", "high", "-threads", "2"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-movflags", "+faststart"),
        str(film),
    ]
