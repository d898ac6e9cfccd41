"""Fill one layer: install pinned wheels for its target, drop what Lambda never reads, compile the rest.

    python build_layer.py ARTIFACTS_DIR [--requirements FILE] [--source DIR] [--drop GLOB ...] [--keep-aws SERVICE ...]
                          [--countries DIR] [--untyped MODULE ...]

Bytecode is compiled here since Lambda's file system is read-only: without it each cold start would compile all imports.
`unchecked-hash` makes the interpreter trust it without comparing times that unzipping changes.
The target is $SOUK_ARCHITECTURE (x86_64 or arm64); the default is that of template.yaml, arm64.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import gzip
import json
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

# Never imported at run time, in any package.
_ALWAYS_DROPPED = (
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "**/py.typed",
    "**/*.c",
    "**/*.h",
    "**/*.pxd",
    "**/*.pyx",
    "bin",
)
_WHEEL_TAGS = {
    "x86_64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "arm64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
}
# Service descriptions carry documentation that only people read; parsing it is a third of making a client.
_DOCUMENTATION_KEYS = ("documentation", "documentationUrl")


def target_architecture() -> str:
    return os.environ.get("SOUK_ARCHITECTURE") or "arm64"


def install(requirements: Path, target: Path) -> None:
    platforms = [argument for tag in _WHEEL_TAGS[target_architecture()] for argument in ("--platform", tag)]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp", "--python-version=3.13"),
            *platforms,
            *("--requirement", str(requirements), "--target", str(target)),
        ],
        check=True,
    )


def drop(root: Path, globs: tuple[str, ...]) -> None:
    for pattern in globs:
        for path in sorted(root.glob(pattern), reverse=True):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()


def trim_aws_models(root: Path, services: tuple[str, ...]) -> None:
    """Keep botocore's descriptions of `services` only, without their documentation, ready to parse."""
    trim_endpoints(root / "botocore" / "data" / "endpoints.json", services)
    for folder in (root / "botocore" / "data").iterdir():
        if folder.is_dir() and folder.name not in services:
            shutil.rmtree(folder)
    for service in services:
        versions = sorted((root / "botocore" / "data" / service).iterdir())
        for outdated in versions[:-1]:
            shutil.rmtree(outdated)
        for described in versions[-1].glob("*.json*"):
            if described.name.startswith("examples"):
                described.unlink()
                continue
            raw = described.read_bytes()
            model = json.loads(gzip.decompress(raw) if described.suffix == ".gz" else raw)
            plain = described.with_name(described.name.removesuffix(".gz"))
            described.unlink()
            lean: Any = _without_documentation(model)
            for parameter in lean.get("clientContextParams", {}).values():
                parameter["documentation"] = ""  # botocore asks for this one by name
            plain.write_text(json.dumps(lean, separators=(",", ":")))


def trim_endpoints(file: Path, services: tuple[str, ...]) -> None:
    """Every client parses this file: 1.2 MB about services that nobody here calls."""
    # Step Functions and Bedrock are listed under the names of their hosts.
    hosts = {"stepfunctions": "states", "bedrock-runtime": "bedrock"}
    kept = {hosts.get(service, service) for service in services}
    endpoints = json.loads(file.read_text())
    for partition in endpoints["partitions"]:
        partition["services"] = {name: one for name, one in partition["services"].items() if name in kept}
    file.write_text(json.dumps(endpoints, separators=(",", ":")))


def _without_documentation(node: object) -> object:
    if isinstance(node, dict):
        return {
            key: _without_documentation(value)
            for key, value in node.items()
            if not (key in _DOCUMENTATION_KEYS and isinstance(value, str))
        }
    if isinstance(node, list):
        return [_without_documentation(value) for value in node]
    return node


def trim_countries(folder: Path) -> None:
    """Keep what Google's address data says of whole countries: of 4 MB, 3.9 are about cities and their districts."""
    (folder / "all.json").unlink()  # the other files in one
    for file in folder.iterdir():
        entries = {place: facts for place, facts in json.loads(file.read_text()).items() if "/" not in place}
        file.write_text(json.dumps(entries, ensure_ascii=False, separators=(",", ":")))


def empty_typed_dictionaries(module: Path) -> None:
    """Take the members out of a module's TypedDicts, which only type checkers read.

    pydantic_core describes its schemas in 70 of them. Each annotation is compiled at import: 20 ms of a cold start
    (docs/adr/0019).
    """
    tree = ast.parse(module.read_text())
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "TypedDict" for base in node.bases):
            node.body = [part for part in node.body if not isinstance(part, ast.AnnAssign)] or [ast.Pass()]
    module.write_text(ast.unparse(tree))


def compile_bytecode(root: Path) -> None:
    compiled = compileall.compile_dir(
        root,
        quiet=1,
        stripdir=str(root),  # bytecode must not tell where it was built
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
    )
    if not compiled:
        raise SystemExit(f"{root}: not everything compiles")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifacts", type=Path)
    parser.add_argument("--requirements", type=Path)
    parser.add_argument("--source", type=Path)
    parser.add_argument("--drop", nargs="*", default=[])
    parser.add_argument("--keep-aws", nargs="*", default=[])
    parser.add_argument("--countries", type=Path)
    parser.add_argument("--untyped", nargs="*", default=[], type=Path)
    options = parser.parse_args()

    root = options.artifacts / "python"
    root.mkdir(parents=True, exist_ok=True)
    if options.requirements:
        install(options.requirements, root)
    if options.source:
        shutil.copytree(options.source, root / options.source.name, dirs_exist_ok=True)
    drop(root, _ALWAYS_DROPPED + tuple(options.drop))
    if options.keep_aws:
        trim_aws_models(root, tuple(options.keep_aws))
    if options.countries:
        trim_countries(root / options.countries)
    for module in options.untyped:
        empty_typed_dictionaries(root / module)
    compile_bytecode(root)


if __name__ == "__main__":
    main()
