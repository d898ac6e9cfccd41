"""The scripts in findings/ can be run, and show the versions that they speak of."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tooling.contract.template import ROOT

SCRIPTS = sorted((ROOT / "findings").glob("*.sh"))
_HEREDOC = re.compile(r"^.*\bpython\b.*<<'(\w+)'.*\n(?s:(.*?))^\1$", re.MULTILINE)
_ARGUMENT = re.compile(r'\bpython"? -c "([^"]*)"')
_PIP = re.compile(r'^.*/pip"? install (.*)$', re.MULTILINE)
_PINNED = re.compile(r"[\w.-]+(\[[\w,-]+\])?==\d+(\.\d+)*")


def _programs(script: str) -> Iterator[str]:
    """The Python in a script."""
    yield from (program for _, program in _HEREDOC.findall(script))
    yield from _ARGUMENT.findall(script)


def _installed(script: str) -> Iterator[str]:
    """What pip is asked for, by the shell and by Python."""
    for line in _PIP.findall(script):
        yield from _packages(shlex.split(line))
    for program in _programs(script):
        for node in ast.walk(ast.parse(program)):
            if isinstance(node, ast.List):
                words = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if {"pip", "install"} <= set(words):
                    yield from _packages(words[words.index("install") + 1 :])


def _packages(arguments: list[str]) -> Iterator[str]:
    return (one for one in arguments if not one.startswith("-"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_python_of_a_finding_compiles(script: Path) -> None:
    programs = list(_programs(script.read_text()))
    assert programs
    for program in programs:
        compile(program, script.name, "exec")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding_is_of_exact_versions(script: Path) -> None:
    installed = list(_installed(script.read_text()))
    assert installed
    assert [one for one in installed if not _PINNED.fullmatch(one)] == []


def test_every_program_of_a_script_is_found() -> None:
    script = 'python -c "1" \n"$folder/venv/bin/python" - "$port" <<\'CHECK\'\n2\nCHECK\ncat <<\'TEXT\'\n3\nTEXT\n'
    assert [program.strip() for program in _programs(script)] == ["2", "1"]


def test_every_package_of_a_script_is_found() -> None:
    shell = '"$folder/venv/bin/pip" install --quiet "a[b]==1.0" c\n'
    script = shell + "python -c \"run(['pip', 'install', '-q', 'd'])\"\n"
    assert list(_installed(script)) == ["a[b]==1.0", "c", "d"]
