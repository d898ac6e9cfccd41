"""A thread of the local cloud survives what its work raises, and shows it."""

from __future__ import annotations

import logging
import threading

import pytest

from local.repeating import Repeating
from local.testing import wait_until


def _wait(event: threading.Event) -> None:
    assert event.wait(20)


def test_work_that_fails_is_shown_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    again, over = threading.Event(), threading.Event()
    attempts = 0

    def work() -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 1:
            again.set()
        if not over.is_set():
            raise LookupError("a bucket")

    repeating = Repeating("worker", work, 0.01)
    with caplog.at_level(logging.ERROR):
        repeating.start()
        _wait(again)
        assert isinstance(repeating.error, LookupError)
    assert [record.message for record in caplog.records] == ["worker failed, and is tried again"], "once"
    over.set()
    wait_until(lambda: repeating.error is None)
    repeating.stop()
    assert not repeating._thread.is_alive(), "it would go on"


def test_work_is_done_at_once_and_not_only_after_the_first_pause() -> None:
    done = threading.Event()
    repeating = Repeating("worker", done.set, 3600)
    repeating.start()
    _wait(done)
    repeating.stop()
