"""Pictures that people upload: announced, received, judged, and kept under the hash of their content."""
