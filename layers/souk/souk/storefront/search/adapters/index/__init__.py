"""The search index: Tantivy segments in S3."""
