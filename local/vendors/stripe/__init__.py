"""Stripe on this machine: Checkout Sessions, refunds, signed events, and the pages where buyers pay.

`python -m local.vendors.stripe --port 4580 --state .souk/stripe --webhook URL`, or `StripeStandIn` in a test. See
README.md beside this.
"""
