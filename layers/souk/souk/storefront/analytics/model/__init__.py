"""Sales as facts and counters, stock as snapshots, and the report. Pure."""
