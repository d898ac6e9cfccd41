"""eBay as a marketplace: the Trading API for listings, the Media API for pictures, OAuth for consent.

`adapter.EbayMarketplace` is the way in. Nothing is imported here, so that a function which only needs
the settings or `attempt_uuid` does not pay for an HTTP client.
"""
