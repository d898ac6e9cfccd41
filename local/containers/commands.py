"""`make invoke`, `make sam-api` and `make invoke-all`."""

from __future__ import annotations

import json
import re
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError

from local.cloud import local_client
from local.containers.accounts import PASSWORD, Accounts
from local.containers.sam import Sam, containers, parsed
from local.containers.samples import error_of, own_event, sample_event, sample_of
from local.containers.template import all_variables
from local.containers.world import World
from local.invoking import PATIENCE, Functions
from local.problems import Unusable
from local.settings import Settings
from local.terminal import Terminal
from local.testing import free_port

_WIDTH: Final = 60
_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


def invoke(settings: Settings, function: str, event: str, terminal: Terminal) -> int:
    """Invoke one function in a container, and print its answer. `event`: a file, or "" for the function's sample.

    Returns 1 when the function failed: `sam local invoke` itself ends with 0 then. Raises Unusable.
    """
    with containers(settings, terminal) as sam, closing(_accounts(settings, sam, keep=True)) as accounts:
        if function not in sam.functions:
            raise Unusable(f"The stack has no function {function!r}: FUNCTION=... is a name in template.yaml.")
        world, functions = _world(sam, accounts), _functions(settings)
        if event:
            payload = own_event(read_event(event), file_name(function), world, functions)
        else:
            payload = sample_event(file_name(function), world, functions)
        for account in accounts.used:
            terminal.note(f"account {account.email} with the password {PASSWORD!r}, id {account.id}")
        answer = sam.invoke(function, payload)
    terminal.line(json.dumps(answer, indent=2, ensure_ascii=False))
    return 1 if error_of(answer) else 0


def serve(settings: Settings, port: int, terminal: Terminal) -> None:
    """`sam local start-api` on a port of 127.0.0.1, until it is interrupted or ends by itself. Raises Unusable."""
    with containers(settings, terminal) as sam, sam.serving("start-api", port, "--warm-containers", "LAZY") as process:
        terminal.place("API", f"http://127.0.0.1:{port}/api/v1")
        terminal.note("Each function runs in a container. Ctrl-C stops them.")
        process.wait()


def invoke_all(settings: Settings, chosen: str, terminal: Terminal) -> int:
    """Invoke every function with its sample event in a container, and print a table. Returns 1 when one of them did not
    answer as it must. `chosen`: names in template.yaml separated by spaces, or "" for all. Raises Unusable.
    """
    with containers(settings, terminal) as sam, closing(_accounts(settings, sam, keep=False)) as accounts:
        names = chosen.split() or sorted(sam.functions)
        port, log = free_port(), settings.data / "sam-local.log"
        event = partial(sample_event, world=_world(sam, accounts), functions=_functions(settings))
        terminal.place("Log", str(log))
        with log.open("wb") as output, sam.serving("start-lambda", port, output=output):
            right = [_row(name, _emulator(port), event, terminal) for name in names]
    terminal.line(f"{right.count(True)} of {len(names)} functions answered as they must.")
    return 0 if all(right) else 1


def file_name(function: str) -> str:
    """The file of a function: `LogInFunction` -> `log_in`."""
    return _WORD.sub("_", function.removesuffix("Function")).lower()


def _row(name: str, client: Any, event: Any, terminal: Terminal) -> bool:
    """Invoke a function, and print its line of the table. Returns whether it answered as it must."""
    began = time.monotonic()
    try:
        payload = event(file_name(name))
        began = time.monotonic()
        answer = parsed(name, client.invoke(FunctionName=name, Payload=json.dumps(payload))["Payload"].read())
        right = sample_of(file_name(name)).accepts(answer)
    except (Unusable, BotoCoreError, ClientError, HTTPError, LookupError) as error:
        answer, right = f"{type(error).__name__}: {error}", False
    mark = terminal.style("right", "green") if right else terminal.style("WRONG", "red")
    terminal.line(f"{name:<36} {mark} {time.monotonic() - began:6.1f} s  {summary(answer, whole=not right)}")
    return right


def summary(answer: Any, *, whole: bool) -> str:
    """An answer on a line: of a right one to an HTTP request, only its status."""
    if isinstance(answer, dict) and "statusCode" in answer and not whole:
        return str(answer["statusCode"])
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return text if whole or len(text) <= _WIDTH else f"{text[:_WIDTH]}..."


def _functions(settings: Settings) -> Functions:
    """Those of the local cloud, also when STACK names one on AWS: sample events change accounts and data."""
    return Functions(replace(settings, stack=""))


def _accounts(settings: Settings, sam: Sam, *, keep: bool) -> Accounts:
    kept = settings.data / "sam-local-accounts.json" if keep else None
    return Accounts(sam.places.api, _functions(settings), kept)


def _world(sam: Sam, accounts: Accounts) -> World:
    return World(
        sam.places, accounts, partial(local_client, endpoint=sam.places.endpoint), all_variables(sam.functions)
    )


def _emulator(port: int) -> Any:
    """A client of `sam local start-lambda`. Nothing is invoked twice, and a function may take its time."""
    config = Config(read_timeout=PATIENCE, retries={"total_max_attempts": 1})
    return local_client("lambda", f"http://127.0.0.1:{port}", config)


def read_event(file: str) -> dict[str, Any]:
    try:
        event = json.loads(Path(file).read_bytes())
    except OSError as error:
        raise Unusable(f"{file} cannot be read (EVENT): {error.strerror}.") from error
    except ValueError as error:
        raise Unusable(f"{file} is not JSON (EVENT): {error}.") from error
    if not isinstance(event, dict):
        raise Unusable(f"{file} is not a JSON object (EVENT).")
    return event
