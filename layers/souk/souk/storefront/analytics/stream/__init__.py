"""Records of table streams."""
