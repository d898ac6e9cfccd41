"""What the repository's own tools do with the sources: read them, and write what follows from them."""
