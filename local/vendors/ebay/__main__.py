"""`python -m local.vendors.ebay --port N --state DIR`: serve until interrupted."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from local.vendors.ebay.standin import EbayStandIn
from local.vendors.serving import serve


def main() -> int:
    """Exit code 0 after SIGINT or SIGTERM, 1 if the port is taken.

    EBAY_CLIENT_ID and EBAY_CLIENT_SECRET are the accepted application keys; without them any keys are accepted.
    """
    parser = argparse.ArgumentParser(prog="python -m local.vendors.ebay", description=__doc__)
    parser.add_argument("--port", type=int, default=4600, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--state", type=Path, default=Path(".souk/ebay"), help="folder for the stored data")
    chosen = parser.parse_args()
    client_id, client_secret = os.environ.get("EBAY_CLIENT_ID"), os.environ.get("EBAY_CLIENT_SECRET")
    return serve("eBay", chosen.port, lambda: EbayStandIn(chosen.state, chosen.port, client_id, client_secret))


if __name__ == "__main__":
    sys.exit(main())
