"""Lambda: error classes, logs without waiting, shared artifacts, and bounds for the worker processes."""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local import forkserver
from local.forkserver import Forked, ForkServers
from local.problems import PatchOutdated

IN_FLIGHT = 32
HEAVY = (
    frozenset({"generate_images.handler", "start_video.handler", "rebuild_index.handler"}),
    frozenset({"process_upload.handler", "process_image.handler"}),
)
"""Functions, by their handlers, that make what keeps processors busy (pictures and film of a listing for 4.2 s), and
those that take photos in (0.3 s; the largest 2.3 s and 1.6 GB of memory). MemorySize does not say which these are.
"""
HEAVY_IN_FLIGHT = max(2, os.cpu_count() or 2)
_END_OF_LOG = "\x1eend of invocation\x1e"


def report_exception_classes(runtime: Any, lambdas: Any) -> None:
    """errorType is the exception's class name, so that Retry and Catch match our own error names.

    MiniStack answers no class. It also ends the worker after an exception, so that the next invocation is a cold start;
    here the worker goes on, as an execution environment does on AWS.
    """
    _replace_in_worker(
        runtime,
        '{"status": "error", "error": str(e), "trace": traceback.format_exc()}',
        '{"status": "ok", "raised": {"error": str(e), "type": type(e).__name__, "trace": traceback.format_exc()}}',
    )
    invoke, execute = runtime.Worker.invoke, lambdas._execute_function_warm
    last = threading.local()

    def invoke_keeping_class(self: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        response: dict[str, Any] = invoke(self, *arguments, **named)
        last.type = None
        if raised := response.pop("raised", None):
            last.type = raised["type"]
            return {**response, "status": "error", "error": raised["error"], "trace": raised["trace"]}
        return response

    def execute_with_class(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        last.type = None
        result: dict[str, Any] = execute(func, event, request_id)
        if result.get("error") and last.type:
            result["body"] = {**result["body"], "errorType": last.type}
        return result

    runtime.Worker.invoke = invoke_keeping_class
    lambdas._execute_function_warm = execute_with_class


def end_logs_at_a_marker(runtime: Any) -> None:
    """An invocation's log ends at a marker that the worker writes. MiniStack waits for 50 ms of silence instead."""
    _replace_in_worker(
        runtime,
        "        _real_stdout.flush()\n\nrun()",
        f"        sys.stderr.write({_END_OF_LOG!r} + '\\n')\n        sys.stderr.flush()\n"
        "        _real_stdout.flush()\n\nrun()",
    )

    def drain_to_marker(self: Any, **_: float) -> str:
        if self._proc is None:
            return str(self._drain_stderr())
        lines: list[str] = []
        deadline = time.monotonic() + 1
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line.endswith(_END_OF_LOG):
                lines.append(line.removesuffix(_END_OF_LOG))
                break
            lines.append(line)
        return "\n".join(line for line in lines if line)

    runtime.Worker._drain_stderr_bounded = drain_to_marker


def unpack_once(runtime: Any, folder: Path) -> None:
    """Workers share one unpacked copy of each artifact; MiniStack unpacks every layer again for every worker.

    File modes are kept, as on AWS, because a layer may contain a program; MiniStack loses them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unpacking = threading.Lock()

    class SharedZip(zipfile.ZipFile):
        def namelist(self) -> list[str]:
            return []  # read by a check for paths that leave the folder; extractall below keeps them inside

        def extractall(self, path: Any = None, *_: Any) -> None:
            shared = folder / _digest(Path(str(self.filename)))
            with unpacking:
                if not shared.exists():
                    fresh = folder / f"{shared.name}.new"
                    shutil.rmtree(fresh, ignore_errors=True)
                    super().extractall(fresh, super().namelist())
                    for entry in self.infolist():
                        if mode := (entry.external_attr >> 16) & 0o777:
                            (fresh / entry.filename).chmod(mode)
                    fresh.rename(shared)
            os.utime(shared)
            Path(self.filename or "").unlink()
            Path(path).rmdir()
            Path(path).symlink_to(shared, target_is_directory=True)

    runtime.zipfile = SimpleNamespace(
        ZipFile=SharedZip, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile
    )


def isolate_workers(runtime: Any, servers: ForkServers, started: Callable[[int, str], None]) -> None:
    """Workers run in a bare interpreter: they see only the standard library, their layers and their code.

    MiniStack runs them in its own interpreter, which would hide that a package is missing in a layer. They also get
    sessions of their own, so that Ctrl-C reaches only the stack; their pids are recorded, to end them after a crash.
    """

    def popen(command: list[str], **named: Any) -> Forked | subprocess.Popen[str]:
        function = named["env"].get("AWS_LAMBDA_FUNCTION_NAME", "")
        if forkserver.SUPPORTED and command[0] == sys.executable:
            return servers.start(function, command[1], named["cwd"], named["env"])
        bare = [forkserver.INTERPRETER, "-S", *command[1:]] if command[0] == sys.executable else command
        process: subprocess.Popen[str] = subprocess.Popen(bare, start_new_session=True, **named)
        started(process.pid, function)
        return process

    runtime.subprocess = SimpleNamespace(
        Popen=popen, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT, run=subprocess.run
    )


def queue_above_the_bound(lambdas: Any) -> None:
    """Beyond IN_FLIGHT, invocations wait for their turn; MiniStack answers 429. Each one is a process here.

    Of each group of heavy functions there run only as many as this machine has processors: together they are not done
    later for it, and 30 generations at once left the cloud, which is one process, hardly any time. A photo that was
    just sent does not wait for films.
    An invocation by a running function does not wait, because its caller would wait for it.
    """
    places = threading.BoundedSemaphore(IN_FLIGHT)
    heavy_places = [(group, threading.BoundedSemaphore(HEAVY_IN_FLIGHT)) for group in HEAVY]
    execute = lambdas._execute_function
    inside = threading.local()

    def execute_in_turn(func: dict[str, Any], event: Any) -> Any:
        if lambdas._invoke_depth.get() or getattr(inside, "held", False):
            return execute(func, event)
        handler = (func.get("config") or func).get("Handler")
        with next((turn for group, turn in heavy_places if handler in group), nullcontext()), places:
            inside.held = True  # it calls itself again, in the function's own account and region
            try:
                return execute(func, event)
            finally:
                inside.held = False

    lambdas._execute_function = execute_in_turn


def show_logs(lambdas: Any, log: logging.Logger) -> None:
    """Write what functions log to one file too; in CloudWatch Logs it is scattered over streams."""
    emit = lambdas._emit_lambda_logs

    def emit_and_show(func: dict[str, Any], request_id: str, text: str, *arguments: Any, **named: Any) -> None:
        emit(func, request_id, text, *arguments, **named)
        name = (func.get("config") or func).get("FunctionName", "?")
        for line in (text or "").splitlines():
            log.info("%s %s", name, line)

    lambdas._emit_lambda_logs = emit_and_show


def hide_errors_from_callers(lambdas: Any) -> None:
    """A failed function is a bare 500 for the caller, as on AWS. MiniStack answers 502 with the exception's text."""
    convert = lambdas.lambda_execute_result_to_api_proxy_response

    def converted(result: dict[str, Any]) -> Any:
        if result.get("error") and not result.get("throttle"):
            body = '{"message":"Internal Server Error"}'
            return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": body}, None
        return convert(result)

    lambdas.lambda_execute_result_to_api_proxy_response = converted


def end_idle_workers(runtime: Any, memory: Callable[[int], int], most_bytes: int) -> int:
    """End the idle workers used longest ago, beyond `most_bytes` in all. Returns how many.

    MiniStack keeps every worker, and each holds memory.
    """
    with runtime._lock:
        idle = [
            (worker.last_used, key, worker, worker._proc.pid)
            for key, workers in runtime._workers.items()
            for worker in workers
            if not worker.in_use and worker._proc is not None
        ]
    # Outside of the lock, since every call of a function takes it.
    kept_bytes, beyond = 0, []
    for _, key, worker, pid in sorted(idle, key=lambda entry: entry[0], reverse=True):
        kept_bytes += memory(pid)
        if kept_bytes > most_bytes:
            beyond.append((key, worker))
    ended = []
    with runtime._lock:
        for key, worker in beyond:
            if not worker.in_use and worker in runtime._workers.get(key, ()):
                runtime._workers[key].remove(worker)
                ended.append(worker)
    runtime.kill_workers(ended)
    return len(ended)


def _replace_in_worker(runtime: Any, old: str, new: str) -> None:
    script: str = runtime._PYTHON_WORKER_SCRIPT
    if script.count(old) != 1:
        raise PatchOutdated(f"the worker's source has {script.count(old)} times what must occur once: {old[:60]}")
    runtime._PYTHON_WORKER_SCRIPT = script.replace(old, new)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
