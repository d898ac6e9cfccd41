"""Runs `make build` if the sources have changed since the last build.

SAM's own check takes seconds, this one a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from local.durably import replace_durably
from local.problems import Unusable
from local.settings import Settings
from local.terminal import Terminal

# template.yaml is written from stack/ by the build.
_SOURCES = (
    *("stack", "tooling/join_template.py", "tooling/built_architecture.py", "samconfig.toml"),
    *("functions", "layers", "workflows", "docs"),
)
_IGNORED = {"__pycache__", ".mypy_cache", ".ruff_cache"}


def build_if_needed(root: Path, settings: Settings, terminal: Terminal) -> None:
    """Build, unless the present sources are built, or the build was made elsewhere. Raises Unusable."""
    if settings.builds and not is_built(root, settings.build):
        with terminal.step("Building functions and layers"):
            build(root, settings.build, settings.data / "build.log")


def is_built(root: Path, build: Path) -> bool:
    """Whether `build` was built from the present sources under `root`."""
    try:
        return (build / ".sources").read_text() == _digest(root) and (build / "template.yaml").exists()
    except FileNotFoundError:
        return False


def build(root: Path, target: Path, log: Path) -> None:
    """Build with SAM. Raises Unusable with the end of its output if it fails."""
    digest = _digest(root)
    # With invalid AWS keys in the environment, sam would call STS and wait.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with log.open("wb") as output:
        done = subprocess.run(
            ["make", "--no-print-directory", "build"],
            cwd=root,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise Unusable(f"`make build` failed; the end of {log}:\n{end}")
    replace_durably(target / ".sources", digest.encode())


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in _SOURCES:
        source = root / name
        if source.is_file():
            yield source
        for path in sorted(source.rglob("*")):
            if path.is_file() and not _IGNORED.intersection(path.parts):
                yield path
