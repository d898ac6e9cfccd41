"""Providers of media, and the cleaning of pictures from outside."""
