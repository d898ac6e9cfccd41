"""Payments: one Protocol, and Stripe behind it."""
