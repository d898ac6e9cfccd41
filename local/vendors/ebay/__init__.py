"""eBay on this machine: Trading API, Media API, OAuth, and the pages where its listings are seen.

`python -m local.vendors.ebay --port 4600 --state .souk/ebay`, or `EbayStandIn` in a test. See README.md beside this.
"""
