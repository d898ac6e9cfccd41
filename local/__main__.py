"""python -m local run | demo | operator EMAIL | recount | reindex | invoke FUNCTION | sam-api | invoke-all

The commands behind the Makefile's targets.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from local.problems import Unusable
from local.running import Places
from local.settings import read_settings
from local.terminal import Terminal


class Interrupted(BaseException):
    """SIGINT, SIGTERM or SIGHUP."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description="Souk on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="build, deploy and serve until interrupted")
    commands.add_parser("demo", help="sell a cup of coffee: list, generate, approve, publish")
    operator = commands.add_parser("operator", help="make an account an operator")
    operator.add_argument("email")
    commands.add_parser("recount", help="count sellers' figures again from the orders and the catalogue")
    commands.add_parser("reindex", help="rebuild the search index from the catalogue")
    invoke = commands.add_parser("invoke", help="run one function in a container, on the running stack")
    invoke.add_argument("function")
    invoke.add_argument("--event", default="", help="a file; without it, the function's sample in events/")
    api = commands.add_parser("sam-api", help="serve the API with functions in containers, on the running stack")
    api.add_argument("--port", type=int, default=3001)
    every = commands.add_parser("invoke-all", help="run every function once in a container, with its sample event")
    every.add_argument("--functions", default="", help="some of them only")
    arguments = parser.parse_args()
    terminal = Terminal()
    _when_interrupted(_interrupt)
    try:
        match arguments.command:
            case "run":
                return _run(terminal)
            case "demo":
                from local.demo.story import run_demo

                return run_demo(read_settings(), terminal)
            case "recount":
                from local.recount import recount

                return recount(read_settings(), terminal)
            case "reindex":
                from local.reindex import reindex

                return reindex(read_settings(), terminal)
            case "invoke" | "sam-api" | "invoke-all":
                return _in_containers(arguments, terminal)
            case _:
                from local.operator import grant

                return grant(read_settings(), arguments.email, terminal)
    except Unusable as error:
        terminal.problem(str(error))
    except OSError as error:
        from local.stack import sentence

        terminal.problem(sentence(error))
    except Interrupted:
        terminal.problem("Interrupted.")
        return 130
    return 1


def _run(terminal: Terminal) -> int:
    from local.stack import Stack

    stack = Stack(read_settings(), terminal)
    ended = threading.Event()
    try:
        stack.start()
        _show_places(stack.places, stack.settings.data, terminal)
        _when_interrupted(lambda *_: ended.set())
        shown: tuple[str, ...] = ()
        while not ended.wait(1) and stack.is_serving:
            shown = terminal.now_wrong(stack.problems(), shown)
        shown = terminal.now_wrong(stack.problems(), shown)
    finally:
        _when_interrupted(signal.SIG_IGN)
        stack.stop()
    terminal.line("Stopped; the data is kept.")
    return 1 if shown else 0


def _in_containers(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from local.containers import commands

    match arguments.command:
        case "invoke":
            return commands.invoke(read_settings(), arguments.function, arguments.event, terminal)
        case "sam-api":
            with suppress(Interrupted):  # how it is ended, as `run` is
                commands.serve(read_settings(), arguments.port, terminal)
                return 1
            return 0
    return commands.invoke_all(read_settings(), arguments.functions, terminal)


def _show_places(places: Places, data: Path, terminal: Terminal) -> None:
    terminal.line()
    terminal.line(terminal.style("Souk is running.", "bold", "green"))
    terminal.place("API", places.api)
    terminal.place("Docs", f"{places.api}/docs")
    if places.ebay:
        terminal.place("eBay stand-in", places.ebay)
    if places.stripe:
        terminal.place("Payment pages", places.stripe)
    terminal.place("Data", str(data))
    terminal.place("AWS endpoint", places.endpoint)
    terminal.note(
        "for example: AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 "
        f"aws --endpoint-url {places.endpoint} dynamodb list-tables"
    )
    terminal.line(terminal.style("Ctrl-C stops it.", "dim"))


def _when_interrupted(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    """At Ctrl-C, a request to end, and the end of the terminal, unless that is ignored, as under `nohup`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
