"""How fast and how large Souk is, as ratios measured side by side in one run: `python -m benchmarks` prints them."""
