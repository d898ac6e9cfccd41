"""Workers that are forks see what processes of their own would see, and end as those do."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from local import forkserver
from local.forkserver import _LIBRARIES, SUPPORTED, Forked, ForkServers
from local.testing import PATIENCE, ROOT

pytestmark = pytest.mark.skipif(not SUPPORTED, reason="forks are for Linux; others start processes")

_WORKER = """
import json, os, random, sys
print("a line of the log", file=sys.stderr, flush=True)
for line in sys.stdin:
    seen = {
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "path": sys.path,
        "arguments": sys.argv,
        "name": __name__,
        "libraries": sorted(name for name in sys.modules if name.partition(".")[0] in ("souk", "local", "psutil")),
        "session": os.getsid(0) == os.getpid(),
        "status": os.waitstatus_to_exitcode(os.system("exit 3")),
        "random": random.random(),
    }
    print(json.dumps(seen), flush=True)
"""


class Servers:
    def __init__(self, folder: Path) -> None:
        self.started: list[tuple[int, str]] = []
        self.folder = folder
        self.script = folder / "worker.py"
        self.script.write_text(_WORKER)
        self._servers = ForkServers(lambda pid, name: self.started.append((pid, name)))
        self._workers: list[Forked] = []

    def start(self, **environment: str) -> Forked:
        self._workers.append(self._servers.start("shop", str(self.script), str(self.folder), environment))
        return self._workers[-1]

    def stop(self) -> None:
        self._servers.stop()
        for worker in self._workers:
            worker.kill()
            for pipe in (worker.stdin, worker.stdout, worker.stderr):
                pipe.close()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    made = Servers(tmp_path)
    yield made
    made.stop()


def seen(worker: Forked) -> Mapping[str, Any]:
    worker.stdin.write("\n")
    worker.stdin.flush()
    found: Mapping[str, Any] = json.loads(worker.stdout.readline())
    return found


def layer(folder: Path) -> str:
    package = folder / "python" / "souk"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "part.py").write_text("")
    (package / "missing.py").write_text("import there_is_no_such_module")
    (package / "broken.py").write_text("this is no Python")
    return str(folder)


def test_a_worker_has_its_own_environment_folder_session_and_streams(servers: Servers) -> None:
    worker = servers.start(GIVEN="1")
    found = seen(worker)
    assert found["environment"] == {"GIVEN": "1"}
    assert (found["folder"], found["name"], found["session"]) == (str(servers.folder), "__main__", True)
    assert worker.stderr.readline() == "a line of the log\n"
    # The exit status of a program that it runs reaches it.
    assert found["status"] == 3


def test_a_worker_sees_no_variable_of_another(servers: Servers) -> None:
    servers.start(GIVEN="1")
    assert seen(servers.start(OTHER="2"))["environment"] == {"OTHER": "2"}


def test_a_worker_finds_the_standard_library_alone_until_it_adds_its_layers(servers: Servers, tmp_path: Path) -> None:
    found = seen(servers.start(_LAMBDA_LAYERS_DIRS=layer(tmp_path / "layer")))
    foreign = (str(ROOT), str(tmp_path / "layer"), "site-packages")
    assert [entry for entry in found["path"] if any(one in entry for one in foreign)] == []
    assert found["arguments"] == [str(servers.script)]
    # Its parent has imported the libraries of its layers and nothing of the local cloud.
    assert found["libraries"] == ["souk", "souk.part"]


def test_workers_with_the_same_libraries_share_a_parent_and_nothing_else(servers: Servers, tmp_path: Path) -> None:
    own, other = layer(tmp_path / "own"), layer(tmp_path / "other")
    without = tmp_path / "without-libraries"
    without.mkdir()
    workers = [
        servers.start(_LAMBDA_LAYERS_DIRS=own),
        servers.start(_LAMBDA_LAYERS_DIRS=f"{own}{os.pathsep}{without}"),
        servers.start(_LAMBDA_LAYERS_DIRS=other),
    ]
    parents = [psutil.Process(worker.pid).ppid() for worker in workers]
    assert parents[0] == parents[1] != parents[2]
    expected = {(pid, "local.forkserver") for pid in parents} | {(worker.pid, "shop") for worker in workers}
    assert set(servers.started) == expected
    assert len({seen(worker)["random"] for worker in workers}) == 3


def test_a_worker_ends_when_its_input_ends(servers: Servers) -> None:
    first, second = servers.start(), servers.start()
    assert first.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait(0.01)
    first.stdin.close()
    assert first.wait(PATIENCE) == 0
    assert (first.poll(), second.poll()) == (0, None)


@pytest.mark.parametrize("how", [Forked.terminate, Forked.kill])
def test_a_worker_is_ended_by_a_signal_and_leaves_no_process(servers: Servers, how: Any) -> None:
    worker = servers.start()
    how(worker)
    worker.wait(PATIENCE)
    assert not psutil.pid_exists(worker.pid)
    how(worker)  # one that has ended already is left alone


def test_a_parent_that_was_killed_is_replaced(servers: Servers) -> None:
    parent = psutil.Process(servers.start().pid).parent()
    assert parent is not None
    parent.kill()
    parent.wait(PATIENCE)
    assert seen(servers.start(GIVEN="2"))["environment"] == {"GIVEN": "2"}


def test_a_parent_that_hangs_is_killed_at_the_end(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forkserver, "_GRACE", 0.1)
    parent = psutil.Process(servers.start().pid).parent()
    assert parent is not None
    parent.suspend()
    servers.stop()
    assert not parent.is_running()


def test_the_parent_ends_with_the_process_that_started_it(servers: Servers) -> None:
    program = (
        "import sys; from local.forkserver import ForkServers\n"
        "started = []\n"
        "servers = ForkServers(lambda pid, _: started.append(pid))\n"
        f"worker = servers.start('shop', {str(servers.script)!r}, '/', {{}})\n"
        "print(*started, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        processes = [psutil.Process(int(pid)) for pid in starter.stdout.readline().split()]
        assert len(processes) == 2
        starter.kill()
    assert psutil.wait_procs(processes, timeout=PATIENCE)[1] == []


@pytest.mark.parametrize("name", _LIBRARIES)
def test_a_library_that_the_parent_imports_exists(name: str) -> None:
    assert importlib.util.find_spec(name)
