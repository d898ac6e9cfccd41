"""eBay as a marketplace: the Trading API for listings, the Media API for pictures, OAuth for access tokens.

`adapter.EbayMarketplace` is the entry point. Nothing is imported here, so that a function which only needs the settings
or `attempt_uuid` does not import an HTTP client.
"""
