"""The local cloud: MiniStack inside this process, its HTTP server on a thread, IAM enforced, loopback only.

It runs in this process, not in a child: a kill ends all of it at once (Lambda workers end with their pipes), and a
deploy needs no second interpreter. MiniStack reads its settings when it is imported, so `Cloud.start` imports it.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import logging.handlers
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local import saving, tables
from local.children import Children, memory
from local.copying import State, reading
from local.forkserver import ForkServers
from local.journal import Journal
from local.patches import gateways, lambdas, services
from local.problems import Unusable, reason
from local.repeating import Repeating

REGION = "us-east-1"
ACCOUNT = "000000000000"
_ROOT_KEY = "test"  # the access key of the account's root user in MiniStack
_KEPT_UNPACKED = 24 * 3600
_KEPT_VARIABLES = frozenset({
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
})  # fmt: skip

_LEAN_STATES = {
    "cloudwatch_logs": services.without_logs,
    "cloudwatch": services.without_metrics,
    "stepfunctions": services.without_old_histories,
}

type Asgi = Callable[..., Awaitable[None]]


class Cloud:
    """MiniStack with its state in `folder`. `children` records its Lambda workers."""

    def __init__(self, folder: Path, port: int, children: Children, *, idle_bytes: int, wait_scale: float = 1) -> None:
        self.port = port
        self._folder = folder
        self._children = children
        self._forkservers = ForkServers(children.remember)
        self._idle_bytes = idle_bytes
        self._wait_scale = wait_scale
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="souk-cloud", daemon=True)
        self._servers: list[tuple[asyncio.Event, Any]] = []
        self._saver: saving.Saver | None = None
        self._bounding: Repeating | None = None
        self._ended_threads: dict[str, None] = {}
        """Sentences, in their order: each stays, because what takes a problem's place would show it as over."""
        self._ministack: Any | None = None
        self._is_loaded = False
        self._stopped = threading.Event()
        self._halted = threading.Event()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong at the moment, as sentences."""
        bounding_fails = self._bounding.error if self._bounding else None
        return tuple(
            filter(
                None,
                (
                    *(self._saver.problems if self._saver else ()),
                    f"Idle workers are not ended: {reason(bounding_fails)}." if bounding_fails else "",
                    "" if self.is_serving else "A server of the local cloud has ended by itself.",
                    *self._ended_threads,
                ),
            )
        )

    @property
    def is_serving(self) -> bool:
        """Whether everything that was started to serve still does."""
        return self._thread.is_alive() and not any(future.done() for _, future in self._servers)

    @property
    def is_late(self) -> bool:
        """Whether changes have waited too long to be saved."""
        return self._saver is not None and self._saver.is_late

    def client(self, service: str) -> Any:
        """A boto3 client of the local account's root user."""
        return local_client(service, self.endpoint)

    def start(self) -> None:
        """Load the state and serve. Raises Unusable when the port is taken or the state folder cannot be written."""
        scratch = self._prepare_folders()
        os.environ.update(self._environment(scratch))
        tempfile.tempdir = str(scratch)
        self._quieten()
        threading.excepthook = self._show_ended_thread
        self._ministack = ministack = emulator("app")
        lambda_runtime, persistence = emulator("core.lambda_runtime"), emulator("core.persistence")
        dynamodb, lambda_svc = emulator("services.dynamodb"), emulator("services.lambda_svc")
        self._patch(lambda_runtime, lambda_svc)
        folder = saving.StateFolder(
            self._folder / "state",
            persistence._json_default,
            persistence._json_object_hook,
            persistence._state_format_version,
        )
        self._saver = saver = saving.Saver(folder, self._states)
        saver.tables = kept = tables.Tables(
            dynamodb,
            lambda_svc,
            Journal(self._folder / "state", tables.SERVICE),
            persistence._json_default,
            partial(folder.save, tables.SERVICE),
        )
        ministack.save_all = lambda _: saver.save_now()

        def load(service: str) -> State | None:
            state = folder.load(service)
            if service == tables.SERVICE:
                return kept.restored(state, persistence._json_object_hook)
            return kept.positions_restored(state) if state and service == tables.CONSUMERS else state

        ministack.load_state = load
        self._thread.start()
        self.serve(self._touching(ministack.app), self._bound_socket())
        emulator("services.cloudformation.provisioners")  # imports every service that a template can name
        saver.begin_from_here()
        self._is_loaded = True
        saver.start()
        # What was imported stays for the life of the process: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        bound = partial(lambdas.end_idle_workers, lambda_runtime, memory, self._idle_bytes)
        self._bounding = Repeating("souk-workers", bound, 2)
        self._bounding.start()

    def serve(self, app: Asgi, listener: socket.socket) -> None:
        """Serve an ASGI application on a bound socket, in the cloud's event loop. Returns once it is reachable."""
        config = import_module("hypercorn.config").Config()
        config.bind = [f"fd://{listener.detach()}"]
        config.keep_alive_timeout = 75
        config.graceful_timeout = 1
        config.loglevel = "WARNING"
        config.h11_max_incomplete_size = 64 * 1024
        port = socket.socket(fileno=os.dup(int(config.bind[0][5:]))).getsockname()[1]
        stop = asyncio.Event()
        serve = import_module("hypercorn.asyncio").serve
        future = asyncio.run_coroutine_threadsafe(serve(app, config, shutdown_trigger=stop.wait), self._loop)
        self._servers.append((stop, future))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if future.done():
                future.result()
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            self._stopped.wait(0.02)
        raise Unusable(f"The server on port {port} does not answer.")

    def save(self) -> None:
        """Write the state to disk now. Raises Unusable if it cannot be written."""
        try:
            if self._saver:
                self._saver.save_now()
        except OSError as error:
            raise Unusable(f"The state cannot be written to {self._folder}: {error.strerror}.") from error

    def stop(self) -> None:
        """Stop serving, halt the executions where they are, end the workers, and save the state.

        An error on the way is raised when all of that is done. Raises Unusable if the state cannot be written.
        """
        self._stopped.set()
        if self._ministack is None:
            return
        with ExitStack() as steps:  # from the last to the first
            steps.callback(gc.unfreeze)  # at exit duckdb would report as leaked what is never collected
            steps.callback(self._end_loop)
            steps.callback(self._forkservers.stop)
            # First the servers that clients call, last the one that functions call.
            for server in self._servers[:1]:
                steps.callback(self._end_server, server)
            if self._is_loaded:  # else the files know more than this process
                steps.callback(self.save)
            if self._saver:  # what changes until then is saved as always
                steps.callback(self._saver.stop)
            steps.callback(emulator("core.lambda_runtime").reset)
            steps.callback(self._halted.set)
            for server in self._servers[1:]:
                steps.callback(self._end_server, server)
            if self._bounding:
                steps.callback(self._bounding.stop)

    def _end_loop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    def _end_server(self, server: tuple[asyncio.Event, Any]) -> None:
        stop, future = server
        log = logging.getLogger("souk.cloud")
        if not self._thread.is_alive():
            log.error("the thread of the servers had ended by itself")
            return
        self._loop.call_soon_threadsafe(stop.set)
        try:
            future.result(10)
        except TimeoutError:
            log.warning("a request did not end; it is cut off")
        except Exception:
            log.exception("a server had ended by itself, or ends with an error")

    def _patch(self, runtime: Any, functions: Any) -> None:
        lambdas.report_exception_classes(runtime, functions)
        lambdas.end_logs_at_a_marker(runtime)
        lambdas.unpack_once(runtime, self._folder / "unpacked")
        lambdas.isolate_workers(runtime, self._forkservers, self._children.remember)
        lambdas.queue_above_the_bound(functions)
        lambdas.show_logs(functions, _function_log(self._folder))
        lambdas.hide_errors_from_callers(functions)
        services.finish_parallel_states(emulator("services.stepfunctions"))
        services.halt_executions(emulator("services.stepfunctions"), self._halted, self._thread)
        services.pass_encryption_contexts(emulator("core.iam_evaluator"))
        services.check_task_answers_by_machine(emulator("core.iam_evaluator"), emulator("services.stepfunctions"))
        gateways.assume_the_integrations_role(
            emulator("services.apigateway"), emulator("core.iam_evaluator"), emulator("services.iam")
        )

    def _states(self) -> dict[str, Callable[[], State | None]]:
        """All services beside the tables, which are saved on their own."""
        assert self._ministack is not None
        states: dict[str, Callable[[], State | None]] = self._ministack._build_persistence_save_dict()
        del states[tables.SERVICE]
        return {
            name: _LEAN_STATES[name](emulator(f"services.{name}")) if name in _LEAN_STATES else reading(get_state)
            for name, get_state in states.items()
        }

    def _touching(self, app: Asgi) -> Asgi:
        async def touch_then(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            finally:
                if scope["type"] == "http" and scope["method"] != "GET":
                    self.touch()

        return touch_then

    def touch(self) -> None:
        """Save within two seconds, because the state may have changed."""
        if self._saver:
            self._saver.touch()

    def _bound_socket(self) -> socket.socket:
        return bind(self.port)

    def _prepare_folders(self) -> Path:
        scratch = self._folder / "scratch"
        try:
            shutil.rmtree(scratch, ignore_errors=True)
            for folder in (scratch, self._folder / "state", self._folder / "objects"):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unusable(f"{self._folder} cannot be written: {error.strerror}.") from error
        unpacked = self._folder / "unpacked"
        for artifact in unpacked.iterdir() if unpacked.exists() else ():
            if artifact.suffix == ".new" or time.time() - artifact.stat().st_mtime > _KEPT_UNPACKED:
                shutil.rmtree(artifact, ignore_errors=True)
        return scratch

    def _environment(self, scratch: Path) -> dict[str, str]:
        """MiniStack's environment. Of the user's own, only what any process needs is kept."""
        for name in set(os.environ) - _KEPT_VARIABLES:
            del os.environ[name]
        direct = ",".join(
            filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy", ""), "127.0.0.1,localhost"])
        )
        return {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._folder / "objects"),
            "LAMBDA_EXECUTOR": "local",
            "LAMBDA_ACCOUNT_CONCURRENCY": "1000",
            "LOG_LEVEL": "WARNING",
            "DOCKER_HOST": "unix:///nonexistent",
            "SFN_WAIT_SCALE": str(self._wait_scale),
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(scratch),
            "NO_PROXY": direct,
            "no_proxy": direct,
        }

    def _show_ended_thread(self, ended: Any) -> None:
        """MiniStack runs executions, pollers and schedulers on threads of its own: none may end unseen."""
        if issubclass(ended.exc_type, SystemExit):
            return
        name = ended.thread.name if ended.thread else "unknown"
        traceback = (ended.exc_type, ended.exc_value, ended.exc_traceback)
        logging.getLogger("souk.threads").error("the thread %s has ended", name, exc_info=traceback)
        sentence = f"The thread {name} has ended: {ended.exc_type.__name__}. See {self._folder}/cloud.log."
        self._ended_threads[sentence] = None

    def _quieten(self) -> None:
        log = self._folder / "cloud.log"
        handler = logging.FileHandler(log, mode="w")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root = logging.getLogger()
        root.handlers[:] = [handler]
        root.setLevel(logging.WARNING)


def _function_log(folder: Path) -> logging.Logger:
    log = logging.getLogger("souk.functions")
    handler = logging.handlers.RotatingFileHandler(folder / "functions.log", maxBytes=5_000_000, backupCount=1)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    return log


def local_client(service: str, endpoint: str, config: Config | None = None) -> Any:
    """A boto3 client of the local account's root user. `config` overrides the defaults."""
    connect: Any = boto3.client
    usual = Config(retries={"max_attempts": 1}, read_timeout=900, s3={"addressing_style": "path"})
    return connect(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=_ROOT_KEY,
        aws_secret_access_key=_ROOT_KEY,
        config=usual.merge(config) if config else usual,
    )


def emulator(name: str) -> Any:
    """A module of MiniStack. It is imported by name because it reads settings at import and has no types."""
    return import_module(f"ministack.{name}")


def bind(port: int) -> socket.socket:
    """A socket bound to 127.0.0.1:port, not listening yet; 0 takes a free port. Raises Unusable if it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise Unusable(
            f"Port {port} of 127.0.0.1 is busy: stop what uses it, or choose another with PORT=..."
        ) from error
    return listener
