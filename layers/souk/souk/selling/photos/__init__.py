"""Uploaded photos: announced, received, checked, and stored under the hash of their content."""
