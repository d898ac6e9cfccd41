"""Runs a packaged function against the stand-in, in an interpreter of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.packages import Packaged
from benchmarks.vendors import ADDRESSES
from tests.functions.template import REGION, ROOT

INTERPRETER: Final = (str(Path(sys.base_prefix) / "bin" / "python3.13"), "-I", "-S", "-B")
_ONE_START = Path(__file__).with_name("one_start.py")


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds, by the clock and by the processor, from import to first answer."""

    seconds: float
    cpu_seconds: float


@contextmanager
def stand_in(recording: Path) -> Iterator[str]:
    """The stand-in's address; a function's is a path below it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stand_in", str(recording)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


def environment(recorded: dict[str, Any], url: str) -> dict[str, str]:
    """What Lambda would set: the template's variables, credentials, and where AWS and the vendors are."""
    name = recorded["path"]
    return {
        **recorded["environment"],
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": recorded["function"],
        "AWS_ENDPOINT_URL": f"{url}/{name}",
        **{variable: f"{url}/{name}/{vendor}" for variable, vendor in ADDRESSES.items()},
    }


@contextmanager
def job(recorded: dict[str, Any], packaged: Packaged) -> Iterator[str]:
    """A file that tells the measured interpreter what to run."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(
            {
                "paths": [str(path) for path in packaged.paths],
                "module": packaged.module,
                "function": recorded["function"],
                "event": recorded["event"],
            },
            file,
        )
        file.flush()
        yield file.name


def start(recorded: dict[str, Any], packaged: Packaged, url: str) -> Start:
    """One cold start. Raises RuntimeError when the answer is not the recorded one's status."""
    with job(recorded, packaged) as file:
        done = subprocess.run(
            [*INTERPRETER, str(_ONE_START), file],
            env=environment(recorded, url),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"status": "no"}
    if result["status"] != recorded["answer"]["statusCode"]:
        raise RuntimeError(
            f"{packaged.module} answered {result['status']}:\n{done.stdout[-800:]}\n{done.stderr[-2000:]}"
        )
    return Start(result["seconds"], result["cpu_seconds"])
