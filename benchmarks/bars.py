"""The bars that the rows of `make bench` are held to: the most that a figure may be, in its row's unit.

Ratios were measured side by side in one run, so they hold on any machine. Rows that are not here have no bar.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BARS: Final[Mapping[str, float]] = {
    # Medians over all API functions, then the worst of them, by processor time.
    "cold start / (a) plain sam build": 0.4,
    "cold start / (b) FastAPI + Mangum": 0.25,
    "cold start / (c) bare boto3 handler": 1.4,
    "cold start / (c), the worst function": 1.7,
    # Processor time of 2,000 requests. Their calls to AWS alone are 0.53 to 0.71 of (b): see docs/adr/0008.
    "warm create_listing / (b) FastAPI + Mangum": 0.9,
    "warm create_listing / (c) bare boto3 handler": 1.1,
    "warm get_listing / (b) FastAPI + Mangum": 0.9,
    "warm get_listing / (c) bare boto3 handler": 1.1,
    "layer of dependencies, unzipped": 50,  # MB
    "largest zip of a function": 20,  # KB
    "largest function with its layers, unzipped": 200,  # MB
    "calls that cost more at 100,000 items than at 100": 0,
    # docs/adr/0021 has what was measured.
    "search of 100,000 products / bare Tantivy, p50": 4.2,
    "search of 1,000,000 products / bare Tantivy, p50": 4.2,
    "new product among 10,000 found after": 2,  # s
    "new product among 100,000 found after": 2,  # s
    "new product among 1,000,000 found after": 2,  # s
    # docs/adr/0023 has what was measured.
    "generate media / encoding its film with crf 22": 2.0,
    "SSIM of a film, below that of crf 22": 0.005,
    "make run until the first answer": 12,  # s
    "local cloud, authorized GET, p50": 10,  # ms
    "local cloud, resident memory": 2,  # GB
    "local cloud, lost at kill -9": 2,  # s
}
