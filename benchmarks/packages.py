"""The packagings of a function, as the paths that an interpreter needs for it.

souk        what `make build` made: function, layers, bytecode, trimmed
plain       the same code as plain `sam build` leaves it: no bytecode, nothing trimmed
framework   FastAPI + Mangum doing the work of the function's shape, packaged like `plain`
bare        a boto3 handler doing the work of the function's shape, with bytecode, over the layers of that shape
calls       the requests to AWS of a shape alone, by Souk's clients: no handler can be cheaper
"""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.shapes import SHAPES, Record, shape_of
from tests.functions.template import ROOT
from tooling.contract.template import read_template

BUILD: Final = Path(os.environ.get("SOUK_BUILD", ROOT / ".aws-sam/build"))
WORKSHOP: Final = ROOT / ".aws-sam/benchmarks"

_PLAIN = WORKSHOP / "plain"
_PLAIN_SOUK = WORKSHOP / "plain-souk"
_COMPARED = WORKSHOP / "compared"
_COMPILED = WORKSHOP / "compared-with-bytecode"
_SHAPE_FIELDS = ("path", "function", "event", "answer", "presigned")
_EXCHANGE_FIELDS = ("service", "operation", "request")
_REQUIREMENTS = tuple(
    ROOT / lock
    for lock in ("layers/dependencies/requirements.txt", "layers/search/requirements.txt", "requirements/bench.txt")
)


@dataclass(frozen=True, slots=True)
class Packaged:
    """One handler: folders for sys.path, in order, its module, and the recorded call that it answers. `compared` is the
    file in which handlers of benchmarks/compared find that call.
    """

    paths: tuple[Path, ...]
    module: str
    record: Record
    compared: Path | None = None


def layers_of(function: str) -> list[str]:
    """Logical ids, the global ones first."""
    everyone = read_template()["Globals"]["Function"]["Layers"]
    own = read_template()["Resources"][function]["Properties"].get("Layers", [])
    return [layer["Ref"] for layer in [*everyone, *own]]


def prepare(records: Sequence[Record]) -> dict[str, dict[str, Packaged]]:
    """Make what is missing; packagings by function and variant. Those of a shape are shared by its functions."""
    _install()
    _copy(ROOT / "layers/souk/souk", _PLAIN_SOUK / "souk")
    for folder in (_COMPARED, _COMPILED):
        _copy(ROOT / "benchmarks/compared", folder / "benchmarks/compared")
    for package in ("boto3", "s3transfer"):
        _copy(_PLAIN / package, _COMPILED / package)
    compileall.compile_dir(_COMPILED, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    by_name = {record["path"]: record for record in records}
    compared = {name: _compared(by_name[name]) for name in SHAPES}
    shapes = [by_name[name] for name in SHAPES]
    return {
        name: {**_own(record), **compared.get(shape_of(record, shapes) or "", {})} for name, record in by_name.items()
    }


def _own(record: Record) -> dict[str, Packaged]:
    layers = _layers(record)
    assets = [layer for layer in layers if layer.parent.name == "DocsLayer"]
    code = BUILD / record["function"]
    return {
        "souk": Packaged((code, *layers), record["path"], record),
        "plain": Packaged((code, _PLAIN_SOUK, _PLAIN, *assets), record["path"], record),
    }


def _compared(record: Record) -> dict[str, Packaged]:
    file = WORKSHOP / "compared-calls" / f"{record['path']}.json"
    file.parent.mkdir(exist_ok=True)
    exchanges = [{name: one[name] for name in _EXCHANGE_FIELDS} for one in record["exchanges"]]
    vendor = [one["target"] for one in record["vendor"]]
    shape = {name: record[name] for name in _SHAPE_FIELDS}
    file.write_text(json.dumps({**shape, "exchanges": exchanges, "vendor": vendor}))
    compiled = (_COMPILED, *_layers(record))
    paths: Mapping[str, tuple[Path, ...]] = {
        "framework": (_COMPARED, _PLAIN_SOUK, _PLAIN),
        "bare": compiled,
        "calls": compiled,
    }
    return {variant: Packaged(each, f"benchmarks.compared.{variant}", record, file) for variant, each in paths.items()}


def _layers(record: Record) -> list[Path]:
    return [BUILD / layer / "python" for layer in layers_of(record["function"])]


def _copy(source: Path, target: Path) -> None:
    """Without bytecode."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


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
