"""Where a listing can be published. One Protocol; one package per marketplace."""
