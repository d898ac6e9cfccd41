"""Documentation of the API, health, and sweeps of overdue work."""
