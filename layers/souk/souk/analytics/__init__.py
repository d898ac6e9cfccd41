"""What sold: counters by seller and day, kept by the orders' stream."""
