"""Listings: created, given media, approved, published; and everything that keeps one from getting stuck."""
