"""Finding products: an index of immutable files in S3, read in memory, written from the catalogue's stream."""
