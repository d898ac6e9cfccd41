"""Kills the local cloud at random moments while listings and orders are on their way, and counts what came of them."""
