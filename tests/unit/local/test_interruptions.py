"""Ctrl-C, a request to end and a closed terminal all end a command in order."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from local.testing import PATIENCE, ROOT

COMMAND = """
import os, signal, sys
from types import SimpleNamespace
from local import __main__ as program, stack
from local.containers import commands

command, number, before = sys.argv[1], int(sys.argv[2]), sys.argv[3]
if before == "ignored":
    signal.signal(number, signal.SIG_IGN)

def interrupt(*_):
    os.kill(os.getpid(), number)

class Stack:
    places = SimpleNamespace(api="", ebay="", stripe="", endpoint="")
    is_serving = True
    def __init__(self, settings, terminal):
        self.settings = settings
    def start(self):
        if before == "starting":
            interrupt()
    def problems(self):
        interrupt()
        return ()
    def stop(self):
        interrupt()
        print("ended in order", flush=True)

def serve(*_):
    try:
        interrupt()
        print("went on", flush=True)
    finally:
        print("ended in order", flush=True)

stack.Stack, commands.serve = Stack, serve
sys.argv = ["local", command]
sys.exit(program.main())
"""


def _end(command: str, number: signal.Signals, before: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, command, str(int(number)), before],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_functions_in_containers_are_ended_in_order(number: signal.Signals) -> None:
    assert _end("sam-api", number) == (0, "ended in order\n")


@pytest.mark.parametrize(("before", "code"), [("", 0), ("starting", 130)])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_running_stack_is_ended_in_order(number: signal.Signals, before: str, code: int) -> None:
    """A second signal does not cut its end short."""
    returned, said = _end("run", number, before)
    assert (returned, "ended in order\n" in said) == (code, True)


def test_a_command_under_nohup_goes_on_without_its_terminal() -> None:
    assert _end("sam-api", signal.SIGHUP, "ignored") == (1, "went on\nended in order\n")
