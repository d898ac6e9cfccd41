"""The packagings of every function, as the paths that an interpreter needs for it.

souk        what `make build` made: function, layers, bytecode, trimmed
plain       the same code as plain `sam build` leaves it: no bytecode, nothing trimmed
framework   FastAPI + Mangum doing the same work, packaged like `plain`
bare        a boto3 handler doing the same work, with bytecode, over the very layers that `souk` has
calls       the requests to AWS alone, by Souk's clients: no handler can be cheaper
"""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import generated
from benchmarks.statements import asks_aws
from tests.functions.template import ROOT
from tooling.contract.template import read_template

BUILD: Final = Path(os.environ.get("SOUK_BUILD", ROOT / ".aws-sam/build"))
WORKSHOP: Final = ROOT / ".aws-sam/benchmarks"

_PLAIN = WORKSHOP / "plain"
_PLAIN_SOUK = WORKSHOP / "plain-souk"
_REQUIREMENTS = tuple(
    ROOT / lock
    for lock in ("layers/dependencies/requirements.txt", "layers/search/requirements.txt", "requirements/bench.txt")
)


@dataclass(frozen=True, slots=True)
class Packaged:
    """One function in one packaging: folders for sys.path, in order, and the module with the handler."""

    paths: tuple[Path, ...]
    module: str


def layers_of(function: str) -> list[str]:
    """Logical ids, the global ones first."""
    everyone = read_template()["Globals"]["Function"]["Layers"]
    own = read_template()["Resources"][function]["Properties"].get("Layers", [])
    return [layer["Ref"] for layer in [*everyone, *own]]


def prepare(recorded: list[dict[str, Any]]) -> dict[str, dict[str, Packaged]]:
    """Make whatever is missing; packagings by function path and variant."""
    _install()
    shutil.rmtree(_PLAIN_SOUK, ignore_errors=True)
    without_bytecode = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "layers/souk/souk", _PLAIN_SOUK / "souk", ignore=without_bytecode)
    for variant in ("framework", "bare"):
        shutil.rmtree(WORKSHOP / variant, ignore_errors=True)
        (WORKSHOP / variant).mkdir(parents=True)
    packaged = {one["path"]: _package(one) for one in recorded}
    compileall.compile_dir(WORKSHOP / "bare", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    return packaged


def _package(recorded: dict[str, Any]) -> dict[str, Packaged]:
    function, name = recorded["function"], recorded["path"]
    layers = [BUILD / layer / "python" for layer in layers_of(function)]
    assets = [layer for layer in layers if layer.parent.name == "DocsLayer"]
    (WORKSHOP / "framework" / f"framework_{name}.py").write_text(generated.framework(recorded))
    found = {
        "souk": Packaged((BUILD / function, *layers), name),
        "plain": Packaged((BUILD / function, _PLAIN_SOUK, _PLAIN, *assets), name),
        "framework": Packaged((WORKSHOP / "framework", _PLAIN_SOUK, _PLAIN), f"framework_{name}"),
    }
    if asks_aws(recorded):
        for variant, source in {"bare": generated.bare(recorded), "calls": generated.calls(recorded)}.items():
            (WORKSHOP / "bare" / f"{variant}_{name}.py").write_text(source)
            found[variant] = Packaged((WORKSHOP / "bare", *layers), f"{variant}_{name}")
    return found


def _install() -> None:
    """The dependencies as pip leaves them, once for each version of the locks."""
    locks = json.dumps([lock.read_text() for lock in _REQUIREMENTS])
    stamp = _PLAIN / ".locks"
    if stamp.exists() and stamp.read_text() == locks:
        return
    shutil.rmtree(_PLAIN, ignore_errors=True)
    named = [argument for lock in _REQUIREMENTS for argument in ("--requirement", str(lock))]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-compile", "--no-deps", "--require-hashes", *named, "--target", str(_PLAIN)),
        ],
        check=True,
    )
    stamp.write_text(locks)
