"""The processes of one data folder: they are stopped by their pid, including those of an earlier run that was killed.

A pid may later belong to another program, so it is stored with its start time, and only a match of both is ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil

_GRACE = 5.0


class Children:
    """Starts children, and records each in a file as soon as it is started."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def remember(self, pid: int, name: str) -> None:
        try:
            began = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return
        with self._lock, self._file.open("a") as file:
            file.write(json.dumps({"pid": pid, "began": began, "name": name}) + "\n")

    def start(self, module: str, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Run a module that ends with this process. Its output goes to `log`."""
        with log.open("ab") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "local.lifeline", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=Path(__file__).parents[1],
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.remember(child.pid, module)
        self._running[child.pid] = child
        return child

    def stop_all(self) -> None:
        """Ask the children of this run and all recorded ones to end; kill those that do not."""
        for child in self._running.values():
            child.terminate()
        for child in self._running.values():
            try:
                child.wait(_GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdin is not None:
                child.stdin.close()
        self._running.clear()
        # A worker that was started meanwhile would still run when the next run takes the same ports.
        self.stop_orphans()

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)

    def stop_orphans(self) -> int:
        """End the processes that an earlier run left behind. Returns how many there were."""
        orphans = [process for _, process in running(self._file)]
        for orphan in orphans:
            _signal(orphan, gently=True)
        _, stubborn = psutil.wait_procs(orphans, timeout=2)
        for orphan in stubborn:
            _signal(orphan, gently=False)
        psutil.wait_procs(stubborn, timeout=_GRACE)
        self.forget()
        return len(orphans)


def running(file: Path) -> list[tuple[str, psutil.Process]]:
    """The recorded children that have not ended, with their names: modules, or functions as they are deployed."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            entry = json.loads(line)
            process = psutil.Process(entry["pid"])
            if process.create_time() == entry["began"]:
                found.append((entry.get("name", ""), process))
        except (ValueError, KeyError, psutil.NoSuchProcess):
            continue  # a line that the crash cut off, or a child that has ended already
    return found


def _signal(process: psutil.Process, *, gently: bool) -> None:
    try:
        process.terminate() if gently else process.kill()
    except psutil.NoSuchProcess:
        return


def memory(pid: int) -> int:
    """Bytes that a process holds; 0 if it has ended. On Linux what processes share is divided among them (PSS)."""
    try:
        process = psutil.Process(pid)
        return int(process.memory_full_info().pss if psutil.LINUX else process.memory_info().rss)
    except psutil.Error:
        return 0
