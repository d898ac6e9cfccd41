"""`python -m local.vendors.stripe --port N --state DIR --webhook URL`: serve until interrupted."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from local.vendors.serving import serve
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
    secret = os.environ.get("STRIPE_WEBHOOK_SECRET") or LOCAL_SECRET
    key = os.environ.get("STRIPE_API_KEY") or None
    return serve("Stripe", chosen.port, lambda: StripeStandIn(chosen.state, chosen.port, chosen.webhook, secret, key))


if __name__ == "__main__":
    sys.exit(main())
