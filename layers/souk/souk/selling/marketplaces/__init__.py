"""The marketplaces where a listing can be published: one Protocol, an adapter for each."""
