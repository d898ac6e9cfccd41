"""The only place that builds adapters and services: a module per domain, and all is made when first asked for and kept.

A function imports one name from a module here, and pays for the imports of that name alone.
"""
