"""What is deployed, in bytes: the layer that most functions carry, each zip, the largest function with its layers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from benchmarks.packages import layers_of
from benchmarks.rows import Row
from tests.functions.template import resources

_MB = 1_000_000


def measure(build: Path) -> list[Row]:
    """Raises FileNotFoundError when something has not been built."""
    functions = sorted(resources("AWS::Serverless::Function"))
    zips = {name: _zipped(build / name) for name in functions}
    whole = {name: _size(build / name) + sum(_size(build / layer) for layer in layers_of(name)) for name in functions}
    heaviest, largest = max(functions, key=zips.__getitem__), max(functions, key=whole.__getitem__)
    return [
        Row("layer of dependencies, unzipped", _size(build / "DependenciesLayer") / _MB, "MB"),
        Row("largest zip of a function", zips[heaviest] / 1000, "KB", heaviest),
        Row("largest function with its layers, unzipped", whole[largest] / _MB, "MB", largest),
    ]


def _size(folder: Path) -> int:
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _zipped(folder: Path) -> int:
    """Bytes of the zip that would be uploaded."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target.tell()
