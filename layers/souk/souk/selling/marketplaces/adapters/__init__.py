"""Adapters to each marketplace."""
