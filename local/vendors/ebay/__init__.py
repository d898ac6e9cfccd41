"""A stand-in for eBay: Trading API, Media API, OAuth, and pages that show the listings.

`python -m local.vendors.ebay --port 4600 --state .souk/ebay`, or `EbayStandIn` in a test. See README.md beside this.
"""
