"""The public profile of an account."""
