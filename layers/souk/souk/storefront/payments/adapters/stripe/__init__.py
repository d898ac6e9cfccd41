"""Stripe: hosted payment pages (Checkout Sessions), refunds, and the events that it signs.

Written from its API of version 2026-10-28.endive. Every request names that, so an account's default does not matter.
"""
