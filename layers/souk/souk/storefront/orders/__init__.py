"""Orders: placed, paid once, fulfilled by each of their sellers."""
