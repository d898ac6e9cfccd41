"""`make demo`: the main job, told through the real HTTP API."""
