"""Entities and rules."""
