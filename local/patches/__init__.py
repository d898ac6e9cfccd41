"""What MiniStack 1.5.33 does otherwise than AWS, or too slowly, and is put right before it starts. Nothing else
patches it.

Each patch is a function that names its reason; tests/e2e/local_cloud/test_patches.py holds, for each, a test against
the unpatched library that fails on the day when the patch is no longer needed. Persistence is in local/saving.py,
routes in local/routes.py.
"""
