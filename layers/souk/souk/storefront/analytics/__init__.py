"""What sold and what is in stock: counters by seller, kept by the streams of orders and catalogue."""
