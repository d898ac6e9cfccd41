"""What an account tells of itself."""
