"""`make demo`: list, publish, sell and ship a product, through the real HTTP API."""
