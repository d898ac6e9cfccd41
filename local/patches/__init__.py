"""Patches of MiniStack 1.5.33, for what it does differently from AWS or too slowly. No other module patches it.

Each patch is a function whose docstring gives the reason. For each, tests/e2e/local_cloud/test_patches.py has a test of
the unpatched library, which fails once the patch is no longer needed. Persistence is in local/saving.py, routes in
local/routes.py.
"""
