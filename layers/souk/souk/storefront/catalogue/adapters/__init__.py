"""What the catalogue needs of the world outside: the resizing of pictures."""
