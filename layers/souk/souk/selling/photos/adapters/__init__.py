"""Photos and media in S3."""
