"""A seller's accounts at marketplaces: sealed tokens, and the settings to sell with."""
