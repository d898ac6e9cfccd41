"""Souk's library: everything the functions share. Imports point inward; see docs/adr/0001."""

import gc

# What imports make lives as long as the environment: looking for garbage among it took a twelfth of a cold start.
gc.set_threshold(150_000)
