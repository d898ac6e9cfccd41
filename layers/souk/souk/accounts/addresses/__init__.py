"""The postal addresses of an account, of which exactly one is the default."""
