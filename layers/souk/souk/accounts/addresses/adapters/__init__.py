"""Facts about the world's addresses and phone numbers, from libraries that keep them up to date."""
