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

import httpx

from benchmarks.packages import Packaged
from tests.functions.template import REGION, ROOT

INTERPRETER: Final = (str(Path(sys.base_prefix) / "bin" / "python3.13"), "-I", "-S", "-B")
_VENDORS = {"EBAY_API_URL": "ebay", "STRIPE_API_URL": "stripe"}
"""Environment variables, and the path under which the stand-in has the vendor."""
_ONE_START = Path(__file__).with_name("one_start.py")


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds, by the clock and by the processor, from import to first answer."""

    seconds: float
    cpu_seconds: float


@contextmanager
def stand_in(recording: Path) -> Iterator[str]:
    """The stand-in's address."""
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


def environment(packaged: Packaged, slot: str, url: str) -> dict[str, str]:
    """What Lambda would set: the template's variables, credentials, and where AWS and the vendors are."""
    return {
        **packaged.record["environment"],
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": packaged.record["function"],
        "AWS_ENDPOINT_URL": f"{url}/{slot}",
        **{variable: f"{url}/{slot}/{vendor}" for variable, vendor in _VENDORS.items()},
        **({"COMPARED": str(packaged.compared)} if packaged.compared else {}),
    }


@contextmanager
def job(packaged: Packaged) -> Iterator[str]:
    """A file that says what the measured interpreter has to run."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(
            {
                "paths": [str(path) for path in packaged.paths],
                "module": packaged.module,
                "function": packaged.record["function"],
                "event": packaged.record["event"],
            },
            file,
        )
        file.flush()
        yield file.name


def start(packaged: Packaged, slot: str, url: str) -> Start:
    """One cold start. Raises RuntimeError when it does not ask and answer what was recorded.

    `slot` ends with `.<name of the recorded function>`; no two starts at a time may share one.
    """
    with job(packaged) as file:
        done = subprocess.run(
            [*INTERPRETER, str(_ONE_START), file],
            env=environment(packaged, slot, url),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"status": "no"}
    record = packaged.record
    asked = sorted(httpx.get(f"{url}/{slot}/_asked").json())
    expected = sorted(exchange["target"] for exchange in [*record["exchanges"], *record["vendor"]])
    if result["status"] != record["answer"]["statusCode"] or asked != expected:
        raise RuntimeError(
            f"{packaged.module} for {slot} answered {result['status']}, asked {asked} in place of {expected}:\n"
            f"{done.stdout[-800:]}\n{done.stderr[-2000:]}"
        )
    return Start(result["seconds"], result["cpu_seconds"])
