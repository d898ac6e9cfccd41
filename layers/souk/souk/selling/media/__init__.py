"""Pictures, videos and texts: uploads of sellers, cleaned, and generated media."""
