"""python -m local.lifeline MODULE ARGUMENTS...: run a module that must not outlive its parent.

The parent holds the other end of stdin. When the parent ends, even by a kill, stdin ends, and this process with it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

_GRACE = 3.0


def _end_with_parent() -> None:
    try:
        while os.read(0, 1024):  # not sys.stdin: the interpreter could not end while a thread holds its buffer
            continue
    except OSError as error:  # this process would not notice that its parent has ended
        print(f"stdin cannot be read: {error}", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
