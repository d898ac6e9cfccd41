"""`python -m local.vendors.stripe --port N --state DIR --webhook URL`: serve until interrupted."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from local.vendors.stripe.events import LOCAL_SECRET
from local.vendors.stripe.standin import StripeStandIn


def main() -> int:
    """Exit code 0 after SIGINT or SIGTERM, 1 when the port is taken. Secrets come by environment:
    STRIPE_WEBHOOK_SECRET, and STRIPE_API_KEY, without which any key is known."""
    parser = argparse.ArgumentParser(prog="python -m local.vendors.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=4580, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--state", type=Path, default=Path(".souk/stripe"), help="folder for what it must keep")
    parser.add_argument("--webhook", default="", help="where events are sent; without it they wait")
    chosen = parser.parse_args()
    stopped = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: stopped.set())
    try:
        stand_in = StripeStandIn(
            chosen.state,
            chosen.port,
            chosen.webhook,
            os.environ.get("STRIPE_WEBHOOK_SECRET") or LOCAL_SECRET,
            os.environ.get("STRIPE_API_KEY") or None,
        )
    except OSError as problem:
        print(f"the Stripe stand-in cannot use port {chosen.port}: {problem.strerror}", file=sys.stderr)
        return 1
    stand_in.start()
    print(f"Stripe stand-in at {stand_in.url}", flush=True)
    stopped.wait()
    stand_in.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
