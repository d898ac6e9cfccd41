"""What speaks to the world outside."""
