"""Progress output: colours, ticks and durations on a terminal, else one plain line per step. Honours NO_COLOR."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TextIO

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Terminal:
    """Writes to `stream`. `clock` measures the durations of steps."""

    def __init__(self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stdout
        self._clock = clock
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._colour = self._live and not os.environ.get("NO_COLOR")

    def style(self, text: str, *names: str) -> str:
        if not self._colour or not names:
            return text
        return f"\x1b[{';'.join(_STYLES[name] for name in names)}m{text}\x1b[0m"

    def line(self, text: str = "") -> None:
        self._write(text + "\n")

    def note(self, text: str) -> None:
        self.line(f"  {self.style(text, 'dim')}")

    def problem(self, text: str) -> None:
        self.line(f"{self.style('✗', 'red') if self._live else 'error:'} {text}")

    def now_wrong(self, problems: Collection[str], shown: Collection[str]) -> tuple[str, ...]:
        """Show each problem when it begins and when it is over; `shown` is the last answer. Answers what is wrong."""
        for problem in problems:
            if problem not in shown:
                self.problem(problem)
        for problem in shown:
            if problem not in problems:
                self.line(f"Over: {problem}")
        return tuple(problems)

    def place(self, name: str, where: str) -> None:
        self.line(f"  {name:<14}{self.style(where, 'cyan')}")

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step of work. On a terminal `update` rewrites its line, which ends with a tick and the duration."""
        step = Step(self, title)
        began = self._clock()
        if self._live:
            self._write(f"\r\x1b[2K{self.style('…', 'yellow')} {title}")
        try:
            yield step
        except BaseException:
            mark = self.style("✗", "red") if self._live else "failed:"
            self._write(f"{self._start()}{mark} {title}\n")
            raise
        took = f"{self._clock() - began:.1f} s"
        detail = f" {self.style(step.detail, 'dim')}" if step.detail else ""
        mark = self.style("✓", "green") if self._live else "done:"
        self._write(f"{self._start()}{mark} {title}{detail} {self.style(took, 'dim')}\n")

    def rewrite(self, title: str, detail: str) -> None:
        if self._live:
            self._write(f"{self._start()}{self.style('…', 'yellow')} {title} {self.style(detail, 'dim')}")

    def _start(self) -> str:
        return "\r\x1b[2K" if self._live else ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Step:
    """A running step. Its last detail stays on the line."""

    def __init__(self, terminal: Terminal, title: str) -> None:
        self._terminal = terminal
        self._title = title
        self.detail = ""

    def update(self, detail: str) -> None:
        if detail != self.detail:
            self.detail = detail
            self._terminal.rewrite(self._title, detail)
