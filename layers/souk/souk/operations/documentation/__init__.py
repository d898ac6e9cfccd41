"""The OpenAPI contract as a document and as a page."""
