"""Where an account wants things sent: an address book with exactly one default."""
