"""The HTTP contract: read from what each handler declares, written as routes, as a document and as a table."""
