"""Pictures, videos and texts: taken in from sellers, and generated for them."""
