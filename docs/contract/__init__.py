"""The HTTP contract as a document: what template.yaml routes and each handler declares, put together."""
